"""What is looked at: a torch module, what it reads, what its scores mean, and, where it is known, its network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import InputError, UsageError
from ...formula import Network
from ...modelfile.provenance import Provenance
from ...nn import Net
from ...pictures.input_spec import InputSpec
from ...prediction import Model
from ...rejection import Fitted
from ..features import scores
from ..imported.rebuilding import rebuilt, scored
from ..imported.steps import Step, steps

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Floats = np.ndarray[Any, np.dtype[np.float32]]


NOTHING_KNOWN = Provenance()


@dataclass(frozen=True, eq=False)
class Subject:
    """A module that gives scores (N, K) for what `spec` says. `network` is None where no formula describes it.

    `quick`, if it is there, gives the same scores sooner, for a whole data set. Probabilities are softmax(scores /
    `temperature`); `rejection` says when a picture is none of the classes.
    """

    module: nn.Module
    spec: InputSpec
    classes: tuple[str, ...]
    network: Network | None
    provenance: Provenance = NOTHING_KNOWN
    title: str = ""
    quick: Callable[[Pixels], Floats] | None = None
    temperature: float = 1.0
    rejection: Fitted | None = None

    def scaled(self, pictures: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return what the module reads for uint8 pictures (n, C, H, W): themselves for a Net, else (x − mean) / std in
        float32.
        """
        if isinstance(self.module, Net):
            return pictures
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.spec.mean, self.spec.std))
        return (pictures - mean) / std

    def scores(self, pictures: Pixels) -> Floats:
        """Return the scores, float32 (n, K), for uint8 pictures, a thousand at a time."""
        if self.quick is not None:
            return self.quick(pictures)
        starts = range(0, len(pictures), 1000)
        return np.concatenate([scores(self.module, self.scaled(pictures[i : i + 1000])) for i in starts])

    def steps(self, pictures: Pixels) -> tuple[list[Step], Tensor]:
        """Return the module's steps up to its scores for uint8 pictures, and what it read of them."""
        held = next(iter([*self.module.parameters(), *self.module.buffers()]), torch.zeros(1))
        x = torch.from_numpy(self.scaled(pictures)).to(held.device)
        inner = self.module.inner if isinstance(self.module, Logarithm) else self.module
        return list(scored(steps(inner, x))), x


class Logarithm(nn.Module):
    """The logarithm of what a module gives: of probabilities, scores that softmax turns back into them."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        """Return log(inner(x)); a probability of 0 counts as 1e-38, since log 0 is −∞."""
        probabilities: Tensor = self.inner(x)
        return probabilities.clamp_min(1e-38).log()


def subject_of_model(model: Model, title: str = "") -> Subject:
    """Return a model file as a subject; its torch module is new and in evaluation mode, `quick` is ONNX Runtime."""
    quick = lambda pictures: model.predictor.run(pictures)[0]  # noqa: E731
    temperature = 1.0 if model.calibration is None else model.calibration.temperature
    return Subject(
        model.module(),
        model.spec,
        model.classes,
        model.network,
        model.provenance,
        title,
        quick,
        temperature,
        model.file.rejection,
    )


def subject_of_net(net: Net, classes: tuple[str, ...], title: str = "") -> Subject:
    """Return one of convscope's own torch modules as a subject."""
    return Subject(net, net.spec, classes, net.network, NOTHING_KNOWN, title)


def subject_of_module(
    module: nn.Module, spec: InputSpec, pictures: Pixels, classes: tuple[str, ...] | None = None, title: str = ""
) -> Subject:
    """Return any torch module as a subject: as a Net where its layers are the formula's (`rebuilding.rebuilt`), else as
    it is.

    `pictures` uint8 (n, C, H, W) are what it is tried on. Raises InputError for a module that cannot read them or gives
    no scores, UsageError for another number of class names than of scores.
    """
    if isinstance(module, Net):
        subject = subject_of_net(module, (), title)
    else:
        subject = Subject(module, spec, (), None, NOTHING_KNOWN, title or type(module).__name__)
    try:
        scores_of_one = subject.scores(pictures[:1])
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError, NotImplementedError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError("module.pictures", reason=reason, got=pictures.shape[1:]) from error
    k = scores_of_one.shape[1]
    names = tuple(map(str, range(k))) if classes is None else tuple(classes)
    if len(names) != k:
        raise UsageError("module.names", got=len(names), expected=f"{k}")
    if subject.network is not None:
        return subject_of_net(module, names, title) if isinstance(module, Net) else subject
    whole = steps(module, subject.steps(pictures)[1])
    net = rebuilt(whole, spec, pictures)
    if net is not None:
        return Subject(net, spec, names, net.network, NOTHING_KNOWN, subject.title)
    soft = len(whole) > len(scored(whole)) and not whole[-1].label.lower().startswith("log")
    return Subject(Logarithm(module) if soft else module, spec, names, None, NOTHING_KNOWN, subject.title)
