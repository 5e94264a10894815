"""What is looked at: a torch module, what it reads, what its scores mean, and, where it is known, its network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import UsageError
from ...foreign.endings import Ending, ending, scored, undone
from ...foreign.step import Step
from ...formula import Network
from ...modelfile.provenance import Provenance
from ...nn import Net
from ...pictures.input_spec import InputSpec
from ...prediction import Model
from ...rejection import Fitted
from ..batching import unread
from ..capture import untouched
from ..features import scores
from ..imported.chosen import check_module, chosen, read_by
from ..imported.rebuilding import rebuilt
from ..imported.steps import steps
from .noise import noise

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Floats = np.ndarray[Any, np.dtype[np.float32]]


Recorded = tuple[list[Step], Floats]

NOTHING_KNOWN = Provenance()


@dataclass(frozen=True)
class Proof:
    """The largest difference between what our layers compute and what `by` computes, as a share of the largest number
    of that node, which is `where`. `rounded`: that runtime rounds values between layers, which ours do not.
    """

    difference: float
    where: str
    by: str
    rounded: bool = False


@dataclass(frozen=True, eq=False)
class Subject:
    """What gives scores (N, K) for what `spec` says: a Net, or what `record` shows step by step. `network` is None
    where no formula describes it.

    `quick`, if it is there, gives the same scores sooner, for a whole data set. `ending` says what they become;
    probabilities are softmax(scores / `temperature`) unless it says otherwise. `rejection` says when a picture is none
    of the classes. `proof`: how far our own layers are from the runtime's values, with its name.
    """

    net: Net | None
    spec: InputSpec
    classes: tuple[str, ...]
    network: Network | None
    provenance: Provenance = NOTHING_KNOWN
    title: str = ""
    quick: Callable[[Pixels], Floats] | None = None
    temperature: float = 1.0
    rejection: Fitted | None = None
    record: Callable[[Pixels], Recorded] | None = None
    ending: Ending = "softmax"
    parameters: int = 0  # of one without a network
    proof: Proof | None = None
    by: str = ""  # what `record` ran: "ONNX Runtime 1.32.0"
    unsound: Mapping[str, int] = field(default_factory=dict)  # by layer, the weights that are no finite numbers
    names: Mapping[str, str] = field(default_factory=dict)  # of a Net's nodes, where their file has others
    called: Mapping[str, str] = field(default_factory=dict)  # what a module calls them, shown beside their own names

    def scores(self, pictures: Pixels) -> Floats:
        """Return the scores, float32 (n, K), for uint8 pictures, a thousand at a time."""
        if self.quick is not None:
            return self.quick(pictures)
        assert self.net is not None
        starts = range(0, len(pictures), 1000)
        return np.concatenate([scores(self.net, pictures[i : i + 1000]) for i in starts])

    def steps(self, pictures: Pixels) -> Recorded:
        """Return the steps up to the scores for uint8 pictures, and what the first of them reads."""
        assert self.record is not None
        found, x = self.record(pictures)
        return list(scored(found)), x


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


def subject_of_steps(
    record: Callable[[Pixels], Recorded],
    run: Callable[[Pixels], Floats],
    spec: InputSpec,
    pictures: Pixels,
    classes: tuple[str, ...] | None,
    title: str,
    by: str,
    own_names: bool = False,
) -> Subject:
    """Return a network that convscope did not build: as a Net where its layers are the formula's
    (`rebuilding.rebuilt`), else as the steps that `record` gives; `run` gives what its last step gives, (n, …).
    With `own_names` the page's nodes are called as the steps are.

    `pictures` uint8 (n, C, H, W) are what it is tried on, the first of them, and noise. Raises UsageError for another
    number of class names than of scores.
    """
    record, pictures = _once(record), np.concatenate([pictures[:1], noise(spec.shape)])
    found, _ = record(pictures)
    end = ending(found)
    count = 0 if end == "maps" else found[-1].output.reshape(len(found[-1].output), -1).shape[1]
    names = _names(classes, count)
    made = None if end == "maps" else rebuilt(scored(found), spec, pictures)
    proven = None if made is None else Proof(made.difference, made.where, by)
    quick = lambda some: undone(run(some).reshape(len(some), -1), end)  # noqa: E731
    return Subject(
        None if made is None else made.net,
        spec,
        names,
        None if made is None else made.net.network,
        title=title,
        quick=None if made is not None else quick,
        record=record,
        ending=end,
        parameters=sum(step.parameters for step in found),
        proof=proven,
        by=by,
        unsound={step.name: bad for step in found if (bad := sum(map(_unsound, step.tensors.values())))},
        names=made.names if own_names and made is not None else {},
        called={} if own_names or made is None else {a: b for a, b in made.names.items() if a != b},
    )


def subject_of_module(
    module: nn.Module,
    spec: InputSpec,
    pictures: Pixels,
    classes: tuple[str, ...] | None = None,
    title: str = "",
    output: str | int | None = None,
) -> Subject:
    """Return any torch module as a subject; of several outputs `output` is looked at.

    Raises InputError for a module that cannot read the pictures or gives no scores, UsageError for another number of
    class names than of scores.
    """
    title = title or type(module).__name__
    check_module(module)

    def scaled(some: Pixels) -> Tensor:
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (spec.mean, spec.std))
        return torch.from_numpy((some - mean) / std)

    def run(some: Pixels) -> Floats:
        if isinstance(module, Net):
            return scores(module, some)
        with untouched(module), torch.no_grad():
            parts = [chosen(module(read_by(module, scaled(some[i : i + 32]))), output) for i in range(0, len(some), 32)]
        return np.concatenate([part.float().cpu().numpy() for part in parts])

    def record(some: Pixels) -> Recorded:
        x = scaled(some)
        return steps(module, read_by(module, x), output), x.numpy()

    try:
        count = run(pictures[:1]).reshape(1, -1).shape[1]
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError, NotImplementedError) as error:
        raise unread(error, module, pictures.shape[1:]) from error
    if isinstance(module, Net):
        return subject_of_net(module, _names(classes, count), title)
    return subject_of_steps(record, run, spec, pictures, classes, title, f"torch {version('torch').split('+')[0]}")


def _once(record: Callable[[Pixels], Recorded]) -> Callable[[Pixels], Recorded]:
    """Return `record`, which computes nothing anew where it is given the same pictures once more."""
    last: list[tuple[Pixels, Recorded]] = []

    def recorded(pictures: Pixels) -> Recorded:
        if not last or not np.array_equal(last[0][0], pictures):
            last[:] = [(pictures, record(pictures))]
        return last[0][1]

    return recorded


def _unsound(tensor: Floats) -> int:
    return tensor.size - int(np.isfinite(tensor).sum())


def _names(classes: tuple[str, ...] | None, count: int) -> tuple[str, ...]:
    names = tuple(map(str, range(count))) if classes is None else tuple(classes)
    if len(names) != count:
        raise UsageError("module.names", got=len(names), expected=f"{count}")
    return names
