"""What a page is given, part by part. docs/payload.md says the same in words, page/js/types.js in the page's types.

Shapes: n samples, m mistakes, K classes, C channels; pictures are uint8. `split` is "test", "validation", "training"
or "given".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...foreign.endings import Ending
from ...formula import Network
from ...formula.geometry import Pair, Shape
from ...rejection import Fitted
from ...rejection.features import Features
from ..activity import State
from .encoding import Record, ScaledBytes
from .run_records import Confusion, Run

FORMAT, VERSION = "convscope-payload", 3

Pixels = NDArray[np.uint8]
Numbers = np.ndarray[Any, Any]
Option = float | bool | list[int]


@dataclass(frozen=True)
class Window(Record):
    """What a convolution or a pooling lays over its input, each as (rows, columns); `pad` begins it, `pad_end` ends
    it."""

    kernel: Pair
    stride: Pair
    pad: Pair
    pad_end: Pair
    dilation: Pair


@dataclass(frozen=True)
class Field(Record):
    """A unit's receptive field: size, jump and start in pixels of the picture, each as (rows, columns)."""

    size: Pair
    jump: Pair
    start: Pair


@dataclass(frozen=True)
class PageNode(Record):
    """One layer put to work, or an opaque step of a module that no formula describes: its kind is "opaque" then.

    `sources` are the indices of the nodes that it reads, −1 the picture, and `inputs` their shapes. `options` are the
    layer's own numbers by name.
    """

    name: str
    kind: str
    text: str
    sources: tuple[int, ...]
    inputs: tuple[Shape, ...]
    output: Shape
    flat: bool
    window: Window | None
    options: Mapping[str, Option]
    parameters: int
    parameters_how: str
    macs: int
    size_how: str
    dropped: Pair
    field: Field


@dataclass(frozen=True)
class Input(Record):
    """What the network reads: (x − mean) / std of pictures of this shape. `mean` and `std`, one a channel, in 0…255."""

    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    invert: str  # "auto", "yes" or "no": whether pictures dark on light are inverted
    centred: bool = False  # whether the training pictures were light ink centred on a dark ground
    resize: str = ""  # the rule that brings a picture of another size to this one


@dataclass(frozen=True, eq=False)
class Samples(Record):
    """The pictures to look at (n, C, H, W), and their scores (n, K) as `by` computed them."""

    pictures: Pixels
    labels: tuple[int | None, ...]
    names: tuple[str, ...]
    logits: Numbers
    by: str  # "torch 2.13.0"

    def first(self, count: int) -> Samples:
        """Return the first `count`."""
        labels, names = self.labels[:count], self.names[:count]
        return Samples(self.pictures[:count], labels, names, self.logits[:count], self.by)


@dataclass(frozen=True, eq=False)
class Patch(Record):
    """The part of a picture (C, h, w) that excites a channel, from the unit `at` (row, column) of the node's map."""

    picture: Pixels
    value: float
    label: int | None
    at: tuple[int, int]


@dataclass(frozen=True, eq=False)
class ChannelCard(Record):
    """One channel: what it answers to most and least, how often it is active (0…1), in what state it is."""

    top: tuple[Patch, ...]
    bottom: tuple[Patch, ...]
    active: float
    by_class: tuple[float | None, ...] | None
    state: State


@dataclass(frozen=True)
class CountedOn(Record):
    """The pictures of a data set that the channel cards were counted on."""

    n: int
    split: str


@dataclass(frozen=True, eq=False)
class Mistakes(Record):
    """Pictures (m, C, H, W) taken for another class, by falling loss (nats). `probability` is the predicted class's."""

    pictures: Pixels
    labels: tuple[int, ...]
    predicted: tuple[int, ...]
    probability: tuple[float, ...]
    loss: tuple[float, ...]

    def first(self, count: int) -> Mistakes:
        """Return the first `count`."""
        labels, predicted = self.labels[:count], self.predicted[:count]
        return Mistakes(self.pictures[:count], labels, predicted, self.probability[:count], self.loss[:count])


@dataclass(frozen=True, eq=False)
class Errors(Record):
    """The confusion matrix over `n` pictures, and the worst mistakes of each of its cells."""

    confusion: Confusion
    n: int
    split: str
    mistakes: Mistakes


@dataclass(frozen=True)
class TestFigures(Record):
    """What the model file says of its test: accuracy 0…1, loss in nats."""

    accuracy: float
    loss: float


@dataclass(frozen=True)
class Figures(Record):
    """What the network costs, and what is known of how it was made."""

    parameters: int
    macs: int | None
    test: TestFigures | None
    train_seconds: float | None


_Whole = Literal["data", "errors", "samples", "weights", "maps", "fewer-patches"]
_Part = Literal["snapshot-maps", "fewer-mistakes", "patches", "snapshots", "class-shares", "channels"]
LeftOut = Literal[_Whole, _Part]


@dataclass(frozen=True)
class Rounding(Record):
    """To how many bits the weights were rounded, and what that makes of `n` samples: the largest difference of a score,
    of a probability, and how many samples another class wins. Where there are no scores, or boxes before them keep
    their values: the largest `share` of a layer's largest number by which one of its numbers moves, and `where`.
    """

    bits: int
    n: int
    score: float = 0.0
    probability: float = 0.0
    changed: int = 0
    share: float = 0.0
    where: str = ""


@dataclass(frozen=True)
class Credit(Record):
    """Whom the pictures of a data set are from and where they are, their licence and where that is to be read."""

    data: str
    authors: str
    source: str
    licence: str
    licence_text: str


@dataclass(frozen=True)
class RejectionPart(Record):
    """One part of how foreign a picture is: (distance − `middle`) / `spread`."""

    name: str  # "picture", "features" or "background"
    middle: float
    spread: float


@dataclass(frozen=True, eq=False)
class Rejection(Record):
    """From where on a picture is none of the classes, and what its statistics and the output of node `features`, −1 for
    the scaled picture, averaged in groups of `group`, are compared with: the learned tensors by the ends of their names
    (docs/model-file.md).
    """

    threshold: float
    parts: tuple[RejectionPart, ...]
    features: int
    group: int
    tensors: Mapping[str, Numbers]

    @classmethod
    def of(cls, fitted: Fitted | None, network: Network | None) -> Rejection | None:
        """Return the part of a model file's rejection that a page computes with."""
        if fitted is None or network is None:
            return None
        rejection = fitted.rejection
        parts = tuple(RejectionPart(part.name, part.middle, part.spread) for part in rejection.parts)
        of = Features.of(network)
        tensors = {name.removeprefix("outsider."): values for name, values in fitted.tensors.items()}
        return cls(rejection.threshold, parts, of.node, of.group, tensors)


@dataclass(frozen=True)
class Proof(Record):
    """The largest difference between what our layers compute and what the network's own runtime, `by`, computes: as a
    share of the largest number of that node, `where`. `rounded`: the runtime rounds values between layers, which our
    layers do not.
    """

    difference: float
    where: str
    by: str
    rounded: bool = False


@dataclass(frozen=True, eq=False)
class Against(Record):
    """A second network beside the page's: as many channels, rows and columns to read, the same classes. `logits` (n, K)
    are its scores of the same samples; the other fields are as the page's own.
    """

    title: str
    formula: str
    input: Input
    nodes: tuple[PageNode, ...]
    tensors: Mapping[str, Numbers | ScaledBytes]
    logits: Numbers
    figures: Figures
    temperature: float
    ending: Ending
    rounding: Rounding | None


@dataclass(frozen=True, eq=False)
class Payload(Record):
    """Everything that one page shows. `tensors` are the weights by full name, "conv1.weight"; `maps` (n, …) what opaque
    nodes made of every sample; `left_out` what the page lacks.
    """

    title: str
    formula: str  # "" where no formula describes the network
    classes: tuple[str, ...]
    language: str  # "en", "ko" or "auto": what the browser asks for
    input: Input
    nodes: tuple[PageNode, ...]
    tensors: Mapping[str, Numbers | ScaledBytes]
    samples: Samples
    figures: Figures
    maps: Mapping[str, Numbers] | None = None
    channels: Mapping[str, tuple[ChannelCard, ...]] | None = None
    channels_of: CountedOn | None = None
    errors: Errors | None = None
    run: Run | None = None
    left_out: tuple[LeftOut, ...] = ()
    temperature: float = 1.0  # what scores are divided by before the softmax; 1: not calibrated
    rejection: Rejection | None = None  # None where the network cannot tell
    rounding: Rounding | None = None  # None where the weights are as they are
    credit: Credit | None = None  # where the page holds pictures whose licence asks for it
    weights_credit: Credit | None = None  # and weights
    ending: Ending = "softmax"  # what the network makes of its scores
    proof: Proof | None = None  # of a network that convscope did not build
    names: Mapping[str, str] = field(default_factory=dict)  # of its nodes in the module that it was, where others
    against: Against | None = None  # the network that it is compared with
    lab: str | None = None  # where the lab is that the page is part of
    format: str = FORMAT
    version: int = VERSION
