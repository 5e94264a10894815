"""What the lab's chapters need besides their own words: trained networks, digits, and what was measured. `lab_html`
takes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..data import load as load_data
from ..data.credits import MNIST
from ..data.dataset import Split
from ..explain.payload import records
from ..explain.payload.encoding import Record
from ..explain.payload.nodes import page_nodes
from ..explain.subject import samples
from ..prediction import load

HERE = Path(__file__).parent.parent / "page"
FORMAT, VERSION = "convscope-lab", 1
DIGITS = 20

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
class LabPayload(Record):
    """`plain` for chapter 1, `slides` (the shipped network) and its `patches` for chapter 2, `digits` to draw from;
    `credit` names their authors and licence.
    """

    language: str  # "en", "ko" or "auto": the reader's own
    plain: Plain
    slides: Network
    patches: Mapping[str, NodePatches]
    digits: Digits
    credit: records.Credit
    format: str = FORMAT
    version: int = VERSION


def lab_payload(language: str = "auto") -> LabPayload:
    """Return what the chapters need, read from the files that ship; `language` is "en", "ko" or "auto"."""
    data = load_data("mnist")
    digits = data.test
    assert digits is not None
    measured = json.loads((HERE / "plain" / "measured.json").read_text(encoding="utf-8"))
    letters, numerals = (Measured.from_json(measured[name]) for name in ("xo", "mnist"))
    return LabPayload(
        language=language,
        plain=Plain(MeasuredPlain(measured["seeds"], letters, numerals), _pair("xo"), _pair("mnist")),
        slides=read_network(HERE / "slides" / "model.onnx"),
        patches=read_patches(digits.images),
        digits=choose_digits(digits, data.classes, DIGITS),
        credit=records.Credit(*MNIST),
    )


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
