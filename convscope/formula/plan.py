"""A plan: layers chained, repeated, skipped over and branched, as a frozen value. What is written is what is built.

>>> from convscope.formula import Conv, ReLU, MaxPool, FC
>>> str((Conv(16, 5) + ReLU()) * 2 + MaxPool(2) + FC())
'(conv(16, 5) + relu)*2 + maxpool(2) + fc'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import PlanError, phrase
from ..notebook.table import code_html

MAX_LAYERS = 512  # after repeats
MAX_DEPTH = 32  # groups within groups
MAX_RATIO = 1024  # of an se: channels to one in between


@dataclass(frozen=True, slots=True)
class Plan:
    """Anything a formula can say. `a + b` chains, `a * n` repeats; every plan is frozen and hashable."""

    def _repr_html_(self) -> str:
        """Return for a notebook: the formula."""
        return code_html(str(self))

    @property
    def count(self) -> int:
        """The number of layers after repeats."""
        return 1

    @property
    def depth(self) -> int:
        """How many groups stand within one another, 0 for a layer."""
        return 0

    @property
    def inner(self) -> tuple[Plan, ...]:
        """The plans within a skip, a gate or branches; none of what is walked through."""
        return ()

    def __add__(self, other: Plan) -> Chain:
        if not isinstance(other, Plan):
            return NotImplemented
        return Chain(_parts(self) + _parts(other))

    def __mul__(self, times: int) -> Repeat:
        if not isinstance(times, int) or isinstance(times, bool):
            return NotImplemented
        return Repeat(self, times)

    __rmul__ = __mul__


@dataclass(frozen=True, slots=True)
class Chain(Plan):
    """Layers one after another. Chains within a chain are taken apart: (a + b) + c is a + b + c."""

    parts: tuple[Plan, ...]

    def __post_init__(self) -> None:
        flat = tuple(p for part in self.parts for p in _parts(part))
        object.__setattr__(self, "parts", flat)
        if len(flat) < 2:
            raise PlanError("chain.short", got=len(flat))
        for part in flat[1:]:
            if _has_crop(part):
                raise PlanError("crop.first", got=part, hint=phrase("crop.first.try"))
        _check_extent(self)

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def depth(self) -> int:
        return 1 + max(part.depth for part in self.parts)

    def __str__(self) -> str:
        return " + ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Repeat(Plan):
    """`body` built `times` times over, one after another, each with weights of its own."""

    body: Plan
    times: int

    def __post_init__(self) -> None:
        if self.times < 1:
            raise PlanError("repeat.whole", got=self.times, hint=phrase("repeat.whole.try"), argument="*")
        if _has_crop(self.body):
            raise PlanError("crop.once", got=f"{self.body}*{self.times}", argument="*")
        _check_extent(self)

    @property
    def count(self) -> int:
        return self.body.count * self.times

    @property
    def depth(self) -> int:
        return 1 + self.body.depth

    def __str__(self) -> str:
        inner = str(self.body)
        if isinstance(self.body, Chain):
            # The deck writes [( … )*β + … ]*γ: square brackets around a group that holds groups.
            groups = any(isinstance(p, Repeat) and isinstance(p.body, Chain) for p in self.body.parts)
            inner = f"[{inner}]" if groups else f"({inner})"
        return f"{inner}*{self.times}"


@dataclass(frozen=True, slots=True)
class Skip(Plan):
    """Adds what went round to what went through: y = body(x) + x, or body(x) + shortcut(x) where the shape changes (He
    et al. 2015, section 3.1)."""

    body: Plan
    shortcut: Plan | None = None

    def __post_init__(self) -> None:
        if any(map(_has_crop, self.inner)):
            raise PlanError("crop.first", got=self)
        _check_extent(self)

    @property
    def inner(self) -> tuple[Plan, ...]:
        return (self.body,) if self.shortcut is None else (self.body, self.shortcut)

    @property
    def count(self) -> int:
        return sum(part.count for part in self.inner) + 1

    @property
    def depth(self) -> int:
        return 1 + max(part.depth for part in self.inner)

    def __str__(self) -> str:
        return f"skip({', '.join(map(str, self.inner))})"


@dataclass(frozen=True, slots=True)
class Gate(Plan):
    """Multiplies its input by what its body makes of it: y = x · body(x). A body that ends in 1×1 maps weighs whole
    channels, one that ends in a single map weighs places.
    """

    body: Plan

    def __post_init__(self) -> None:
        if _has_crop(self.body):
            raise PlanError("crop.first", got=self)
        _check_extent(self)

    @property
    def inner(self) -> tuple[Plan, ...]:
        return (self.body,)

    @property
    def count(self) -> int:
        return self.body.count + 1

    @property
    def depth(self) -> int:
        return 1 + self.body.depth

    def __str__(self) -> str:
        return f"gate({self.body})"


@dataclass(frozen=True, slots=True)
class SqueezeExcite(Plan):
    """A gate of whole channels (Hu et al. 2018, "Squeeze-and-excitation networks"): of C channels
    gate(gap + conv(⌊C/ratio⌋, 1) + relu + conv(C, 1) + sigmoid), with one channel in between at least.
    """

    ratio: int

    def __post_init__(self) -> None:
        if not isinstance(self.ratio, int) or isinstance(self.ratio, bool) or not 1 <= self.ratio <= MAX_RATIO:
            raise PlanError("se.ratio", got=self.ratio, expected=phrase("value.most", n=f"{MAX_RATIO:,}"), hint="se(4)")

    @property
    def count(self) -> int:
        return 6

    @property
    def depth(self) -> int:
        return 2

    def __str__(self) -> str:
        return f"se({self.ratio})"


@dataclass(frozen=True, slots=True)
class Branches(Plan):
    """Several plans that all read what came before; their results are joined, maps after maps or row after row."""

    branches: tuple[Plan, ...]

    @property
    def inner(self) -> tuple[Plan, ...]:
        return self.branches

    def __post_init__(self) -> None:
        object.__setattr__(self, "branches", tuple(self.branches))
        if len(self.branches) < 2:
            raise PlanError("concat.group", got=len(self.branches), hint="concat(conv(8, 1), conv(8, 3, pad=1))")
        for branch in self.branches:
            if _has_crop(branch):
                raise PlanError("crop.first", got=branch, hint=phrase("crop.first.try"))
        _check_extent(self)

    @property
    def count(self) -> int:
        return sum(branch.count for branch in self.branches) + 1

    @property
    def depth(self) -> int:
        return 1 + max(branch.depth for branch in self.branches)

    def __str__(self) -> str:
        return f"concat({', '.join(map(str, self.branches))})"


def walk(plan: Plan) -> Iterator[Plan]:
    """Yield the layers of `plan` in the order they are built, repeats written out; skips, gates and branches come
    whole.
    """
    if isinstance(plan, Chain):
        for part in plan.parts:
            yield from walk(part)
    elif isinstance(plan, Repeat):
        for _ in range(plan.times):
            yield from walk(plan.body)
    else:
        yield plan


def _parts(plan: Plan) -> tuple[Plan, ...]:
    return plan.parts if isinstance(plan, Chain) else (plan,)


def _has_crop(plan: Plan) -> bool:
    first = plan.parts[0] if isinstance(plan, Chain) else plan
    return type(first).__name__ == "Crop"


def _check_extent(plan: Plan) -> None:
    if plan.count > MAX_LAYERS:
        raise PlanError("plan.layers", got=f"{plan.count:,}", expected=phrase("value.most", n=MAX_LAYERS), argument="*")
    if plan.depth > MAX_DEPTH:
        raise PlanError("plan.deep", got=plan.depth, expected=phrase("value.most", n=MAX_DEPTH))
