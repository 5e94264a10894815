"""What the lab's chapters need besides their own words: trained networks, digits, and what was measured. `lab_html`
takes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..data import load as load_data
from ..data.credits import MNIST
from ..data.dataset import Dataset, Labels, Rows, Split
from ..explain.payload import records
from ..explain.payload.encoding import DeflatedBytes, Record, deflate
from ..explain.payload.nodes import page_nodes
from ..explain.subject import samples
from ..page.inline import learning_modules, learning_script, page_html
from ..pictures.resizing import RESIZE_RULE
from ..prediction import load
from ..version import __version__

HERE = Path(__file__).parent.parent / "page"
HARDEST = HERE / "hardest.json"
FORMAT, VERSION = "convscope-lab", 1
DIGITS = 20
HARD = 10  # of the quiz's digits: so many mistakes, and as many that were nearly some
TRAINING, VALIDATION, TEST = 500, 100, 100  # digits of each class that the page learns from and is measured on

Pixels = NDArray[np.uint8]
Spread = tuple[float, float, float]  # mean, least and most over the seeds


@dataclass(frozen=True)
class Sweep(Record):
    """The accuracy of both kinds of network while the test pictures are changed by each of the amounts `at`."""

    at: tuple[float, ...]
    dense: tuple[Spread, ...]
    cnn: tuple[Spread, ...]


@dataclass(frozen=True)
class Measured(Record):
    """What moving, turning … does to the accuracy on `n` pictures, by the name of the change."""

    n: int
    sweeps: Mapping[str, Sweep]

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Return one data set's part of page/plain/measured.json."""
        sweeps = {
            name: Sweep(tuple(sweep["at"]), *(tuple(map(tuple, sweep[kind])) for kind in ("dense", "cnn")))
            for name, sweep in fields["sweeps"].items()
        }
        return cls(fields["n"], sweeps)


@dataclass(frozen=True)
class MeasuredPlain(Record):
    """Chapter 1's measurements: letters and digits, by networks of that many seeds."""

    seeds: int
    xo: Measured
    mnist: Measured


@dataclass(frozen=True, eq=False)
class Network(Record):
    """The part of a page's payload that computes."""

    classes: tuple[str, ...]
    input: records.Input
    nodes: tuple[records.PageNode, ...]
    tensors: Mapping[str, NDArray[np.float32]]
    parameters: int
    temperature: float = 1.0
    rejection: records.Rejection | None = None


@dataclass(frozen=True, eq=False)
class NetworkPair(Record):
    """A plain network and a convolutional one, trained on the same pictures."""

    dense: Network
    cnn: Network


@dataclass(frozen=True, eq=False)
class Plain(Record):
    """Chapter 1: both kinds of network on letters and on digits, and how they fared."""

    measured: MeasuredPlain
    xo: NetworkPair
    mnist: NetworkPair


@dataclass(frozen=True, eq=False)
class Digits(Record):
    """Test pictures (n, C, H, W) with their classes and names."""

    pictures: Pixels
    labels: tuple[int | None, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class NodePatches(Record):
    """What excites each channel of a node most: patches (C, n, h, w) and what the channel answers to them."""

    pictures: Pixels
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, eq=False)
class PackedDigits(Record):
    """Pictures (n, 1, 28, 28) and their labels (n)."""

    pictures: DeflatedBytes
    labels: DeflatedBytes


@dataclass(frozen=True, eq=False)
class DigitParts(Record):
    """Digits to train on, to choose by, and to test with; the classes in turn, so that every beginning is balanced."""

    training: PackedDigits
    validation: PackedDigits
    test: PackedDigits


@dataclass(frozen=True, eq=False)
class Learning(Record):
    """What the page trains with: the worker's script, its inner loops as WebAssembly in base64, and digits;
    `made_by` is the version of convscope, which the page's model files name.
    """

    script: str
    modules: Mapping[str, str]
    input: records.Input
    digits: DigitParts
    made_by: str = __version__


@dataclass(frozen=True)
class Activity(Record):
    """Which share of each feature map's values is above 0 after ReLU, over `n` test pictures, by convolution."""

    n: int
    nodes: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class TrainedPlan(Record):
    """A named plan as convscope trained it on MNIST: the accuracy on the test pictures, one for each seed."""

    plan: str
    recipe: str
    epochs: float
    accuracies: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class LabPayload(Record):
    """`plain` for chapter 1, `slides` (the shipped network) and its `patches` for chapter 2, its `activity` for chapter
    6, `digits` to draw from, `hard` those of chapter 10's quiz, `learning` for what is trained in the page;
    `see_through` is the empty see-through page, an HTML document in which the lab puts what was trained; `credit` names
    the digits' authors and licence.
    """

    language: str  # "en", "ko" or "auto": the reader's own
    plain: Plain
    slides: Network
    patches: Mapping[str, NodePatches]
    activity: Activity
    trained: tuple[TrainedPlan, ...]  # chapter 8's LeNet-5, and what it stands beside
    digits: Digits
    hard: Digits
    learning: Learning
    see_through: DeflatedBytes
    credit: records.Credit
    format: str = FORMAT
    version: int = VERSION


def lab_payload(language: str = "auto") -> LabPayload:
    """Return what the chapters need, read from the files that ship; `language` is "en", "ko" or "auto"."""
    data = load_data("mnist")
    digits = data.test
    assert digits is not None
    measured = json.loads((HERE / "plain" / "measured.json").read_text(encoding="utf-8"))
    slides = read_network(HERE / "slides" / "model.onnx")
    letters, numerals = (Measured.from_json(measured[name]) for name in ("xo", "mnist"))
    return LabPayload(
        language=language,
        plain=Plain(MeasuredPlain(measured["seeds"], letters, numerals), _pair("xo"), _pair("mnist")),
        slides=slides,
        patches=read_patches(digits.images),
        activity=read_activity(),
        trained=read_trained(),
        digits=choose_digits(digits, data.classes, DIGITS),
        hard=read_hardest(digits),
        learning=read_learning(data, slides.input),
        see_through=deflate(np.frombuffer(page_html({}).encode(), np.uint8)),
        credit=records.Credit(*MNIST),
    )


def read_learning(data: Dataset, shipped: records.Input) -> Learning:
    """Return what the page trains with: the first training pictures of each class, then the next to choose by."""
    train, test = data.train, data.test
    assert test is not None
    chosen = first_of_each(train.labels, TRAINING + VALIDATION)
    digits = DigitParts(
        pack_digits(train, chosen[:TRAINING]),
        pack_digits(train, chosen[TRAINING:]),
        pack_digits(test, first_of_each(test.labels, TEST)),
    )
    return Learning(learning_script(), learning_modules(), replace(shipped, centred=True, resize=RESIZE_RULE), digits)


def first_of_each(labels: Labels, n: int) -> Rows:
    """Return the first `n` rows of each class as (n, K): row i has one picture of every class.

    >>> first_of_each(np.array([0, 1, 1, 0, 0]), 2).tolist()
    [[0, 1], [3, 2]]
    """
    return np.stack([np.flatnonzero(labels == k)[:n] for k in range(int(labels.max()) + 1)], axis=1)


def pack_digits(split: Split, rows: Rows) -> PackedDigits:
    """Return the pictures of `rows`, in their order."""
    order = rows.reshape(-1)
    return PackedDigits(deflate(split.images[order]), deflate(split.labels[order].astype(np.uint8)))


def read_network(path: Path) -> Network:
    """Return what a page needs to compute the network of a model file."""
    model = load(path)
    spec = model.spec
    return Network(
        classes=model.classes,
        input=records.Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred),
        nodes=page_nodes(model.network),
        tensors=model.file.weights,
        parameters=model.network.parameters,
        temperature=1.0 if model.calibration is None else model.calibration.temperature,
        rejection=records.Rejection.of(model.file.rejection, model.network),
    )


def choose_digits(test: Split, classes: Sequence[str], n: int) -> Digits:
    """Return `n` test pictures, the classes in turn."""
    chosen = samples.choose_samples(test, test.labels, classes, n)
    return Digits(chosen.pictures, chosen.labels, chosen.names)


def read_activity() -> Activity:
    """Return page/activity.json, which scripts/lab_activity.py counts."""
    found = json.loads((HERE / "activity.json").read_text(encoding="utf-8"))
    return Activity(found["n"], {name: tuple(shares) for name, shares in found["nodes"].items()})


def read_trained() -> tuple[TrainedPlan, ...]:
    """Return page/trained_plans.json, which `python -m benchmarks.lenet` makes of what it measured."""
    found = json.loads((HERE / "trained_plans.json").read_text(encoding="utf-8"))
    return tuple(TrainedPlan(**{**one, "accuracies": tuple(one["accuracies"])}) for one in found)


def read_hardest(test: Split) -> Digits:
    """Return the digits of page/hardest.json, in the order of the test pictures: scripts/hardest_digits.py."""
    places = json.loads(HARDEST.read_text(encoding="utf-8"))
    return Digits(
        test.images[places],
        tuple(int(label) for label in test.labels[places]),
        tuple(f"test #{place}" for place in places),
    )


def hardest_digits(test: Split) -> list[int]:
    """Return where the hardest digits for the network that ships stand: its mistakes, and what it nearly mistook.

    HARD of each, those whose true class was given the least probability; sorted by their places.
    """
    shares = load(HERE / "slides" / "model.onnx").predictor.probabilities(test.images)
    truth = np.asarray(test.labels)
    true_share, wrong = shares[np.arange(len(truth)), truth], shares.argmax(axis=1) != truth
    chosen = [np.flatnonzero(part)[np.argsort(true_share[part])[:HARD]] for part in (wrong, ~wrong)]
    return sorted(int(place) for place in np.concatenate(chosen))


def read_patches(images: Pixels) -> dict[str, NodePatches]:
    """Return for each convolution of slides what excites its channels most, cut out of `images` (N, 1, H, W).

    page/patches.json holds [picture, top, left, bottom, right, value] for each patch of each channel.
    """
    found: dict[str, list[list[list[float]]]] = json.loads((HERE / "patches.json").read_text(encoding="utf-8"))
    patches_by_node = {}
    for name, channels in found.items():
        cut = [
            [
                images[int(i), 0, int(top) : int(bottom) + 1, int(left) : int(right) + 1]
                for i, top, left, bottom, right, _ in places
            ]
            for places in channels
        ]
        patches_by_node[name] = NodePatches(
            np.array(cut), tuple(tuple(place[-1] for place in places) for places in channels)
        )
    return patches_by_node


def _pair(name: str) -> NetworkPair:
    return NetworkPair(*(read_network(HERE / "plain" / f"{name}-{kind}.onnx") for kind in ("dense", "cnn")))
