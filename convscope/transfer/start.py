"""A model file as the start of a training: its network for pictures of another size, grey ones too; its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import InputError, phrase
from ..formula import FC, Conv, Network, Plan, trace
from ..modelfile import ModelFile
from ..modelfile.graph import weight_shapes
from ..pictures.input_spec import InputSpec
from ..runs.json_fields import Fields
from .head import Linear
from .taps import Tap

Weights = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


@dataclass(frozen=True, slots=True)
class Start:
    """What a run began with, as run.json has it: the model file, by the name or path that was given and its digest;
    what is trained of it ("head" or "all"); where its maps are tapped for the new head, none where the old one goes on;
    how much the losses count beside the head's penalty, whether classes count the same in it, and how many changed
    copies of each picture it was fitted to besides the picture; and whether half of those are mirrored.
    """

    name: str
    digest: str
    tune: str
    taps: tuple[Tap, ...] = ()
    strength: float | None = None
    balanced: bool = False
    copies: int = 0
    mirrored: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the fields as run.json has them."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "taps": [tap.to_json() for tap in self.taps]}

    @classmethod
    def from_json(cls, fields: Fields) -> Start:
        """Return what `to_json` wrote. Raises InputError that names the field."""
        taps = tuple(_tap(item, fields) for item in fields.items("taps"))
        return cls(
            name=fields.text("name"),
            digest=fields.text("digest"),
            tune=fields.text("tune"),
            taps=taps,
            strength=fields.optional(fields.number, "strength"),
            balanced=fields.flag("balanced"),
            copies=fields.integer("copies"),
            mirrored=fields.flag("mirrored"),
        )


@dataclass(frozen=True, slots=True)
class Body:
    """A start for pictures of one shape: its network with the classes that it has, its input, its weights by name."""

    network: Network
    spec: InputSpec
    weights: Weights
    classes: tuple[str, ...]
    half: tuple[str, ...] = ()  # the weights that half precision holds
    pretrained: object = None  # what the file says of weights that ship: whose they are, and their licence


def body_of(file: ModelFile, shape: tuple[int, int, int]) -> Body:
    """Return a model file's network for pictures of `shape` (C, H, W).

    Grey pictures before a network that reads RGB in one unit: its first convolution's kernels are summed over the
    three, which gives the very maps that it makes of a grey picture. Raises InputError for other channels, and
    PlanError where the plan does not fit the size.
    """
    spec, weights = file.spec, dict(file.weights)
    if shape[0] != spec.shape[0]:
        if not grey_fits(file) or shape[0] != 1:
            got, expected = phrase("start.channels.got", n=shape[0]), phrase("start.channels.got", n=file.spec.shape[0])
            raise InputError("start.channels", where=str(file.path), got=got, expected=expected)
        first = f"{file.network.nodes[0].name}.weight"
        weights[first] = weights[first].sum(1, keepdims=True, dtype=np.float64).astype(np.float32)
        spec = replace(spec, shape=shape, mean=spec.mean[:1], std=spec.std[:1])
    spec = replace(spec, shape=shape)
    half = tuple(name for name in file.half if weights[name] is file.weights[name])
    network, credit = trace(file.plan, shape, len(file.classes)), file.facts.get("pretrained")
    return Body(network, spec, weights, file.classes, half, credit)


def grey_fits(file: ModelFile) -> bool:
    """Whether a network that reads RGB can be made one that reads grey, exactly."""
    first, spec = file.network.nodes[0].layer, file.spec
    return isinstance(first, Conv) and first.groups == 1 and len(set(spec.mean)) == len(set(spec.std)) == 1


def headed(body: Body, plan: Plan, classes: Sequence[str], head: Linear | None = None) -> tuple[Network, Weights]:
    """Return the network of a `plan` that begins as the body does, for other `classes`, and its weights as far as they
    are known: the body's, the `head`'s, or the rows of the old head that are of classes of the same name.
    """
    network = trace(plan, body.spec.shape, len(classes))
    shapes = weight_shapes(network)
    weights = {name: body.weights[name] for name, shape in shapes.items() if _same(body.weights.get(name), shape)}
    last = network.nodes[-1]
    names = f"{last.name}.weight", f"{last.name}.bias"
    if head is not None:
        weights |= dict(zip(names, (part.astype(np.float32) for part in (head.weight, head.bias)), strict=True))
    elif tuple(classes) != body.classes and isinstance(last.layer, FC):
        for name in names:
            old = body.weights.get(name)
            weights.pop(name, None)
            if old is not None and old.shape[1:] == shapes[name][1:]:
                weights[name] = _rows_by_name(old, body.classes, classes)
    return network, weights


def _rows_by_name(
    old: np.ndarray[Any, np.dtype[np.float32]], before: Sequence[str], classes: Sequence[str]
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the head's rows for `classes`: those that it had, and the mean of all for a class that is new."""
    row = {name: number for number, name in enumerate(before)}
    mean = old.mean(0, dtype=np.float64).astype(np.float32)
    return np.stack([old[row[name]] if name in row else mean for name in classes])


def _same(array: np.ndarray[Any, Any] | None, shape: tuple[int, ...]) -> bool:
    return array is not None and array.shape == shape


def _tap(item: object, fields: Fields) -> Tap:
    if isinstance(item, list) and len(item) == 3 and all(type(n) is int and n >= 0 for n in item):
        return Tap(*item)
    raise InputError("start.tap", where=fields.where, got=item)
