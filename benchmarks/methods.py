"""What is measured beside each other: convscope's recipes and its peers, with the script and the environment of
each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """One thing to measure: a script of benchmarks/peers/ in an environment ("": the one that measures, convscope's
    own).

    `schedules` are numbers of epochs that are trainings of their own; None is as documented. `documented` is the number
    of epochs that the source prescribes, None where it says when to stop instead.
    """

    label: str
    short: str
    environment: str
    script: str
    arguments: tuple[str, ...] = ()
    schedules: tuple[int | None, ...] = (None,)
    documented: int | None = None

    @property
    def ours(self) -> bool:
        return not self.environment


def recipe(label: str, short: str, name: str, *options: str) -> Method:
    """Return the method that trains with one of convscope's recipes."""
    return Method(f"convscope, {label}", short, "", "convscope_recipe.py", ("--recipe", name, *options))


METHODS = {
    "convscope fast 0.35": recipe("`fast`, 0.35 epochs", "convscope", "fast", "--epochs", "0.35"),
    "convscope fast 0.35 float32": recipe(
        "`fast`, 0.35 epochs, float32", "convscope, float32", "fast", "--epochs", "0.35", "--precision", "float32"
    ),
    "convscope fast": recipe("`fast`", "convscope, 1.5 epochs", "fast"),
    "fastai": Method(
        "fastai, its book's CNN, one-cycle", "fastai CNN", "fastai", "fastai_onecycle.py", (), (1, 2, 3, 5), 5
    ),
    "keras": Method("Keras' simple MNIST convnet", "Keras", "keras", "keras_convnet.py", documented=15),
    "fastai resnet": Method(
        "fastai, ResNet-18, one-cycle", "fastai ResNet-18", "fastai", "fastai_resnet.py", (), (1, 2), 1
    ),
    "pytorch": Method("PyTorch's MNIST example", "PyTorch's example", "torch", "pytorch_example.py", documented=14),
    "deck": Method("the lecture's own script", "the lecture's script", "torch", "deck.py", documented=1000),
    "sklearn": Method("scikit-learn's MLPClassifier", "scikit-learn", "sklearn", "sklearn_mlp.py"),
}
