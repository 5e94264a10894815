"""Where a network's maps are taken for a new linear layer, and the plan with that layer in the old head's place.

The network is cut between the parts of its plan: before each convolution that widens it, where what it knows stands in
the fewest maps, and where its own head begins. What is read there is averaged over a grid, which keeps as much of the
layout as the classes need, and joined: `stem + concat(adaptive_avgpool(4) + flatten, rest + gap + flatten) + fc`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from ..formula import FC, AdaptiveAvgPool, Branches, Chain, Conv, Flatten, GlobalAvgPool, Network, Node, Plan, Repeat

LAYOUT = 4  # rows and columns of the grid on which maps keep their layout
STAGES = 5  # of the places where it is narrow: the last ones, which have seen most of the picture


@dataclass(frozen=True, slots=True, order=True)
class Tap:
    """The maps after the first `part` parts of a plan, averaged over a grid of `rows` and `columns`."""

    part: int
    rows: int
    columns: int

    def to_json(self) -> list[object]:
        return [self.part, self.rows, self.columns]


@dataclass(frozen=True, slots=True)
class Ending:
    """A place between two parts of a plan: how many parts are before it, and the node whose maps are read there."""

    part: int
    node: Node


def parts_of(plan: Plan) -> tuple[Plan, ...]:
    """Return the parts between which a plan may be cut: its chain's, with repeated chains written out.

    Skips, branches and repeats of a single one stay whole.
    """
    return tuple(_parts(plan))


def endings(network: Network) -> tuple[Ending, ...]:
    """Return the places at which a network has maps, in order, up to its head: what makes rows or means of them."""
    found, node = [], -1
    for number, part in enumerate(parts_of(network.plan), 1):
        node += part.count
        if node >= len(network.nodes) or network.nodes[node].flat or network.nodes[node].layer.reads == "all":
            break
        if any(one.flat for one in network.nodes[: node + 1]):  # a flatten that nobody wrote stands in between
            break
        found.append(Ending(number, network.nodes[node]))
    return tuple(found)


def taps_of(network: Network) -> tuple[Tap, ...]:
    """Return the taps of a network, from first to last: where it is narrow, before it widens again, with their layout;
    and the means of its last maps.

    Empty where it has no maps before its head.
    """
    places, parts = endings(network), parts_of(network.plan)
    if not places:
        return ()
    last = places[-1]
    narrow = [here for here in places[:-1] if _widens(parts[here.part], here.node.output[0])]
    layouts = [Tap(one.part, *(min(LAYOUT, n) for n in one.node.output[1:])) for one in narrow[-STAGES:]]
    return (*layouts, Tap(last.part, 1, 1))


def tapped(plan: Plan, taps: Sequence[Tap]) -> Plan:
    """Return the plan that ends in one row of numbers: those of each tap, in order."""
    parts, ordered = parts_of(plan), sorted(set(taps))
    places = sorted({tap.part for tap in ordered})
    rest: Plan | None = None
    for at, place in reversed(list(enumerate(places))):
        branches = [_pooled(tap) for tap in ordered if tap.part == place]
        if rest is not None:
            branches.append(rest)
        joined = branches[0] if len(branches) == 1 else Branches(tuple(branches))
        rest = reduce(add, (*parts[places[at - 1] if at else 0 : place], joined))
    assert rest is not None
    return rest


def with_head(plan: Plan, taps: Sequence[Tap]) -> Plan:
    """Return the plan whose head is one linear layer on the numbers of the taps."""
    return tapped(plan, taps) + FC()


def columns_of(network: Network, taps: Sequence[Tap]) -> dict[Tap, slice]:
    """Return which numbers of the row of `tapped` are each tap's."""
    channels = {place.part: place.node.output[0] for place in endings(network)}
    found, first = {}, 0
    for tap in sorted(set(taps)):
        count = channels[tap.part] * tap.rows * tap.columns
        found[tap] = slice(first, first + count)
        first += count
    return found


def _pooled(tap: Tap) -> Plan:
    """Return the layers that make a row of numbers of the maps at a tap."""
    pool = GlobalAvgPool() if (tap.rows, tap.columns) == (1, 1) else AdaptiveAvgPool(_square(tap.rows, tap.columns))
    return pool + Flatten()


def _square(rows: int, columns: int) -> int | tuple[int, int]:
    return rows if rows == columns else (rows, columns)


def _parts(plan: Plan) -> Iterator[Plan]:
    if isinstance(plan, Chain):
        for part in plan.parts:
            yield from _parts(part)
    elif isinstance(plan, Repeat) and isinstance(plan.body, Chain):
        for _ in range(plan.times):
            yield from _parts(plan.body)
    else:
        yield plan


def _widens(part: Plan, channels: int) -> bool:
    """Whether a part of a plan is a convolution that makes more maps than it reads."""
    return isinstance(part, Conv) and part.channels > channels
