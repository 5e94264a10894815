"""What a network is given: the shape of the pictures and how their numbers are scaled. Stored in every model file."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields

from ..errors import InputError, PlanError, phrase
from ..formula.network import Network
from .resizing import RESIZE_RULE

INVERT = ("auto", "yes", "no")


@dataclass(frozen=True, slots=True)
class InputSpec:
    """uint8 pictures of `shape` (C, H, W), 0…255; the network reads (x − mean) / std, per channel, in those units.

    `mean` and `std` left out are 0 and 255, the slides' scaling to 0…1. `resize` names the rule by which a picture of
    another size was and will be brought to (H, W), `invert` whether dark and light are swapped first
    (see inversion.py). `white` is the white level that pictures deeper than 8 bits were read with, 0 where there were
    none (see bit_depth.py). `centred`: the training pictures were light ink on a dark ground with its centre of mass
    in the middle (data/dataset_facts.py), so that others should be.

    >>> InputSpec((1, 28, 28), mean=(33.3,), std=(78.6,)).std
    (78.6,)
    """

    shape: tuple[int, int, int]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    resize: str = ""
    invert: str = "no"
    white: int = 0
    centred: bool = False

    def __post_init__(self) -> None:
        whole = isinstance(self.shape, (tuple, list)) and all(type(n) is int and 1 <= n <= 2**20 for n in self.shape)
        if not whole or len(self.shape) != 3:
            raise InputError("spec.shape", got=self.shape)
        object.__setattr__(self, "shape", tuple(self.shape))
        for name, default in (("mean", 0.0), ("std", 255.0)):
            values = getattr(self, name)
            numbers = isinstance(values, (tuple, list)) and all(
                type(v) in (int, float) and abs(v) <= sys.float_info.max for v in values
            )  # which is no NaN, and no whole number that no float holds
            if not numbers or len(values) not in (0, self.shape[0]):
                raise InputError("spec.channels", name=name, got=values, expected=f"{self.shape[0]}")
            object.__setattr__(self, name, tuple(map(float, values)) or (default,) * self.shape[0])
        if min(self.std) <= 1e-6 or max(map(abs, self.mean + self.std)) > 1e6:
            raise InputError("spec.units", got=f"mean {self.mean}, std {self.std}")
        if not isinstance(self.resize, str):
            raise InputError("spec.resize", got=self.resize)
        if self.invert not in INVERT:
            raise InputError("invert.choice", words=", ".join(INVERT), got=self.invert)
        if type(self.white) is not int or not 0 <= self.white <= 65535:
            raise InputError("spec.white", got=self.white, expected=phrase("value.from.to", low=0, high=65535))
        if not isinstance(self.centred, bool):
            raise InputError("value.bool", name="centred", got=self.centred)

    @property
    def rule(self) -> str:
        """The resizing rule (resizing.py): what `resize` names, RESIZE_RULE where it says nothing."""
        return self.resize or RESIZE_RULE

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON takes them; those that version 0.1 did not have only where they say something."""
        values = {name: getattr(self, name) for name in _NAMES}
        said = {name: v for name, v in values.items() if name in _ALWAYS or v}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in said.items()}

    @classmethod
    def from_json(cls, given: object) -> InputSpec:
        """Return the specification that `to_json` wrote; raises InputError for anything else."""
        if not isinstance(given, dict) or not _ALWAYS <= set(given) <= set(_NAMES):
            raise InputError("spec.other", got=given, expected="{" + ", ".join(_NAMES) + "}")
        return cls(**given)


_NAMES = tuple(field.name for field in fields(InputSpec))
_ALWAYS = frozenset({"shape", "mean", "std", "resize", "invert"})


def check_ends(network: Network, spec: InputSpec) -> None:
    """Check that `network` reads what `spec` gives and ends in one score a class, (K,) or (K, 1, 1); or raise
    PlanError.
    """
    if network.input != spec.shape:
        raise PlanError("plan.input", got=network.input, expected=f"{spec.shape}")
    last, k = network.nodes[-1], network.classes
    if last.output == (k, 1, 1):
        return
    channels, height, width = last.output
    maps = phrase("plan.scores.maps", n=channels, size=f"{height}×{width}")
    got = phrase("plan.scores.numbers", n=channels) if last.flat else maps
    scored = type(last.layer).__name__ == "FC"
    raise PlanError(
        "plan.scores",
        where=phrase("layer.place", n=len(network.nodes), layer=last.layer),
        got=got,
        expected=phrase("plan.scores.expected", k=k),
        hint=phrase("plan.scores.try", k=k) if scored else phrase("plan.scores.fc.try"),
    )
