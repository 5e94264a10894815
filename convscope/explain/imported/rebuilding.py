"""Any torch module as a network of the formula, with its weights, where its steps allow it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...errors import ConvscopeError
from ...foreign.step import PICTURE, Step
from ...formula import Add, Branches, Chain, Concat, Gate, Mul, Plan, Skip, trace
from ...nn import Net, build, load_weights
from ...pictures.input_spec import InputSpec

CLOSE = 1e-4  # of the largest score: what two ways to add up float32 may differ by


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A Net, for each of its nodes the step that it is, and the largest difference of the two, with the node's name."""

    net: Net
    steps: tuple[Step, ...]
    difference: float
    where: str

    @property
    def names(self) -> dict[str, str]:
        """The steps' own names by those of the Net's nodes; a number behind one that is there already."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for node, step in zip(self.net.network.nodes, self.steps, strict=True):
            name = step.name.replace("#", " ")
            while name in taken:
                name += "'"
            taken.add(name)
            found[node.name] = name
        return found


def rebuilt(
    found: Sequence[Step], spec: InputSpec, pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> Rebuilt | None:
    """Return a Net that computes what the steps do, with their weights; None where the formula cannot say it.

    Chains of layers can be said, skips around a part of the chain, and branches that are joined. The Net's scores for
    `pictures` are compared with the last step's; where they differ, or where it has not as many parameters (weights
    that are shared, biases that are left out), there is no Net.
    """
    made = _plan(found)
    if made is None or found[-1].output.ndim not in (2, 4):
        return None
    plan, order = made
    steps = tuple(found[i] for i in order)
    last = found[-1].output
    wanted = torch.from_numpy(np.ascontiguousarray(last.reshape(len(last), -1), np.float32))
    try:
        network = trace(plan, spec.shape, wanted.shape[1])
        if network.parameters != sum(step.parameters for step in steps):
            return None
        net = build(network, spec).eval()
        load_weights(net, _weights(steps, net))
        with torch.no_grad():
            outputs = net.outputs(torch.from_numpy(pictures))
    except ConvscopeError:  # a shape that does not fit, too large …
        return None
    if not agree(outputs[-1].flatten(1), wanted):
        return None
    apart = max(
        (difference(own, torch.from_numpy(np.ascontiguousarray(step.output, np.float32))), node.name)
        for node, own, step in zip(network.nodes, outputs, steps, strict=True)
    )
    return Rebuilt(net, steps, *apart)


def agree(a: Tensor, b: Tensor) -> bool:
    """Tell whether two results are the same but for rounding."""
    return a.shape == b.shape and difference(a, b) <= CLOSE


def difference(a: Tensor, b: Tensor) -> float:
    """Return the largest difference of two results as a share of the largest number, which counts as 0.001 at least.

    What is no number or infinite in both counts as the same; in one alone, as infinitely far.
    """
    largest = float(b.abs().max()) if b.numel() else 0.0
    if not math.isfinite(largest):
        finite = torch.isfinite(b)
        same = torch.equal(a.nan_to_num(7, 8, 9)[~finite], b.nan_to_num(7, 8, 9)[~finite])
        a, b = a[finite], b[finite]
        if not same:
            return math.inf
        largest = float(b.abs().max()) if b.numel() else 0.0
    apart = float((a - b).abs().max()) if b.numel() else 0.0
    return math.inf if math.isnan(apart) else apart / max(1e-3, largest)


def _plan(found: Sequence[Step]) -> tuple[Plan, list[int]] | None:
    """Return the steps as a plan, and the order in which it builds them; None where it cannot say every step once."""
    try:
        plan, order = _way(found, _before(found), PICTURE, len(found) - 1)
    except (LookupError, ConvscopeError):  # no plan, or one that is too large
        return None
    return (plan, order) if sorted(order) == list(range(len(found))) else None


def _before(found: Sequence[Step]) -> list[int]:
    """Return where the chain stands in front of each step: where its sources' ways part, before the whole of a skip, a
    gate, or of branches. Raises LookupError for a step that reads nothing.
    """
    before: list[int] = []
    depth = {PICTURE: 0}
    for i, step in enumerate(found):
        if not step.sources:
            raise LookupError
        first, *others = step.sources
        at = first
        for other in others:
            while at != other:
                if depth[at] >= depth[other]:
                    at = before[at]
                else:
                    other = before[other]
        before.append(at)
        depth[i] = depth[at] + 1
    return before


def _way(found: Sequence[Step], before: Sequence[int], begin: int, end: int) -> tuple[Plan, list[int]]:
    """Return the plan of what happens from place `begin` to `end`, and its steps in the order it builds them.

    Raises LookupError where there is none.
    """
    parts: list[Plan] = []
    order: list[int] = []
    while end != begin:
        if end < begin:  # the way never comes there
            raise LookupError
        step, at = found[end], before[end]
        if isinstance(step.layer, (Add, Mul)) and len(step.sources) == 2:
            plan, built = _joined(found, before, at, step)
            parts.append(plan)
        elif isinstance(step.layer, Concat):
            ways = [_way(found, before, at, source) for source in step.sources]
            parts.append(Branches(tuple(branch for branch, _ in ways)))
            built = [i for _, steps in ways for i in steps]
        elif step.layer is None or len(step.sources) != 1 or (step.layer.takes == "rows" and not _flat(found, end)):
            raise LookupError  # torch's Linear works on the last axis of maps
        else:
            parts.append(step.layer)
            built = []
        order = [*built, end, *order]
        end = at
    if not parts:
        raise LookupError
    return parts[0] if len(parts) == 1 else Chain(tuple(reversed(parts))), order


def _joined(found: Sequence[Step], before: Sequence[int], begin: int, step: Step) -> tuple[Plan, list[int]]:
    """Return the plan of a skip or a gate that `step` ends, and its steps."""
    first, second = sorted(step.sources)
    if first == begin != second:
        body, built = _way(found, before, begin, second)
        return (Gate if isinstance(step.layer, Mul) else Skip)(body), built
    if isinstance(step.layer, Mul) or first == begin:
        raise LookupError
    ways = [_way(found, before, begin, source) for source in (first, second)]
    (body, built), (shortcut, around) = sorted(ways, key=lambda way: -len(way[1]))
    return Skip(body, shortcut), [*built, *around]


def _flat(found: Sequence[Step], i: int) -> bool:
    (source,) = found[i].sources
    return source != PICTURE and found[source].output.ndim == 2


def _weights(steps: Sequence[Step], net: Net) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Return the steps' weights under the names of the net's nodes, which come in the same order."""
    return {
        f"{node.name}.{name}": tensor
        for step, node in zip(steps, net.network.nodes, strict=True)
        for name, tensor in step.tensors.items()
    }
