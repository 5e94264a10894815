"""The arguments of layers and their checks, as data: Python checks from it and the page is given it as JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ...errors import PlanError, Said, phrase
from ..geometry import ends, pair

if TYPE_CHECKING:
    from ..plan import Plan

LARGEST = 1_000_000

Json: TypeAlias = dict[str, str | int | float | bool | list[str] | None]


@dataclass(frozen=True, slots=True)
class Argument(ABC):
    """What an argument may be. `hint` says what to try where it is something else."""

    hint: Said

    @abstractmethod
    def checked(self, name: str, value: object) -> object:
        """Return the value in its one form; raise PlanError for one that is not allowed."""

    @abstractmethod
    def to_json(self) -> Json:
        """Return the type and its limits."""


@dataclass(frozen=True, slots=True)
class Whole(Argument):
    """A whole number of `least` or more; None too where `optional`."""

    least: int = 1
    optional: bool = False

    def checked(self, name: str, value: object) -> object:
        if value is None and self.optional:
            return value
        if not _is_whole(value, self.least):
            raise PlanError("value.whole", name=name, least=self.least, got=value, hint=self.hint, argument=name)
        return _bounded(name, value)

    def to_json(self) -> Json:
        return {"type": "whole", "least": self.least, "most": LARGEST, "optional": self.optional}


@dataclass(frozen=True, slots=True)
class Extent(Argument):
    """A whole number of `least` or more for both directions, or (rows, columns); (3, 3) and 3 are the same.

    With `sides` also (top, left, bottom, right), where (1, 2, 1, 2) is (1, 2). `words` may stand in its place; left
    out (None) it is what the argument `follows` is.
    """

    least: int = 1
    words: tuple[str, ...] = ()
    follows: str = ""
    sides: bool = False

    def checked(self, name: str, value: object) -> object:
        if isinstance(value, str) and value in self.words:
            return value
        both = value if isinstance(value, tuple) else (value, value)
        if len(both) not in ((2, 4) if self.sides else (2,)) or not all(_is_whole(v, self.least) for v in both):
            several = "value.whole.two.four" if self.sides else "value.whole.two"
            raise PlanError(
                several if isinstance(value, tuple) else "value.whole",
                name=name,
                least=self.least,
                got=value,
                hint=self.hint,
                argument=name,
            )
        _bounded(name, value, max(both))
        if both[:2] != both[-2:]:
            return both
        return both[0] if both[0] == both[1] else both[:2]

    def to_json(self) -> Json:
        return {
            "type": "size",
            "least": self.least,
            "most": LARGEST,
            "words": list(self.words),
            "follows": self.follows or None,
            "sides": self.sides,
        }


@dataclass(frozen=True, slots=True)
class Number(Argument):
    """A number from `least` to `most`, kept as a float."""

    most: float
    least: float = 0.0

    def checked(self, name: str, value: object) -> object:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise PlanError(
                "value.number.from.to",
                name=name,
                low=f"{self.least:g}",
                high=f"{self.most:g}",
                got=value,
                hint=self.hint,
                argument=name,
            )
        return float(value)

    def to_json(self) -> Json:
        return {"type": "number", "least": self.least, "most": self.most}


@dataclass(frozen=True, slots=True)
class Flag(Argument):
    """True or False."""

    hint: Said = ""

    def checked(self, name: str, value: object) -> object:
        if not isinstance(value, bool):
            raise PlanError("value.bool", name=name, got=value, hint=self.hint, argument=name)
        return value

    def to_json(self) -> Json:
        return {"type": "bool"}


@dataclass(frozen=True, slots=True)
class Word(Argument):
    """One of some words."""

    words: tuple[str, ...]

    def checked(self, name: str, value: object) -> object:
        if value not in self.words:
            expected = ", ".join(f'"{word}"' for word in self.words)
            raise PlanError("value.word", name=name, got=value, expected=expected, hint=self.hint, argument=name)
        return value

    def to_json(self) -> Json:
        return {"type": "word", "words": list(self.words)}


@dataclass(frozen=True, slots=True)
class Relation(ABC):
    """A condition between two arguments: `argument` is at fault where `other` does not allow it."""

    argument: str
    other: str

    @abstractmethod
    def check(self, layer: Plan) -> None:
        """Raise PlanError where it does not hold."""

    def to_json(self) -> Json:
        """Return the condition's name and the arguments that it is about."""
        return {"rule": type(self).__name__, "argument": self.argument, "other": self.other}


class Divides(Relation):
    """The argument divides the other one."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        part, whole = getattr(layer, self.argument), getattr(layer, self.other)
        if whole % part:
            raise PlanError(
                "value.divide",
                part=self.argument,
                whole=self.other,
                got=f"{part} {self.argument}, {whole} {self.other}",
                argument=self.argument,
            )


class Below(Relation):
    """The argument is less than the other one."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        low, high = getattr(layer, self.argument), getattr(layer, self.other)
        if not low < high:
            got = f"{self.argument} {low:g}, {self.other} {high:g}"
            raise PlanError("value.below", low=self.argument, high=self.other, got=got, argument=self.argument)


class BelowBoth(Relation):
    """The argument is less than the other one in both directions."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        own, other = getattr(layer, self.argument), getattr(layer, self.other)
        if any(a >= b for a, b in zip(pair(own), pair(other), strict=True)):
            got = f"{self.argument} {own!r}, {self.other} {other!r}"
            raise PlanError("value.below", low=self.argument, high=self.other, got=got, argument=self.argument)


class OnlyZeros(Relation):
    """The argument is 0 unless the other one is the word "zeros"."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        value, mode = getattr(layer, self.argument), getattr(layer, self.other)
        if value and mode != "zeros":
            got = f'{self.argument} {value:g}, {self.other} "{mode}"'
            raise PlanError("pad.value", got=got, argument=self.argument)


class Odd(Relation):
    """The argument, which is the other one too, is an odd number."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        value = getattr(layer, self.argument)
        if value % 2 == 0:
            raise PlanError("value.odd", name=self.argument, got=value, argument=self.argument)


class SameNeedsOdd(Relation):
    """The word "same" needs an odd effective kernel in both directions."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        kernel, dilation = getattr(layer, self.other), getattr(layer, "dilation", 1)
        if getattr(layer, self.argument) != "same":
            return
        if any(d * (k - 1) % 2 for k, d in zip(pair(kernel), pair(dilation), strict=True)):
            raise PlanError(
                "pad.same",
                got=f"kernel {kernel!r}, dilation {dilation!r}",
                hint=phrase("pad.same.try"),
                argument=self.argument,
            )


class AtMostHalf(Relation):
    """The argument is at most half the other one, in both directions and at both ends."""

    __slots__ = ()

    def check(self, layer: Plan) -> None:
        pad, kernel = getattr(layer, self.argument), getattr(layer, self.other)
        if any(2 * p > k for end in ends(pad) for p, k in zip(end, pair(kernel), strict=True)):
            raise PlanError(
                "pool.pad.half",
                got=f"pad {pad!r}, kernel {kernel!r}",
                hint=phrase("pool.pad.half.try"),
                argument=self.argument,
            )


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _bounded(name: str, value: object, largest: object = None) -> object:
    most = value if largest is None else largest
    if isinstance(most, int) and most > LARGEST:
        raise PlanError(
            "value.large", name=name, got=value, expected=phrase("value.most", n=f"{LARGEST:,}"), argument=name
        )
    return value
