"""Any torch module as a network of the formula, with its weights, where its steps allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...errors import ConvscopeError
from ...foreign.step import PICTURE, Step
from ...formula import Add, Branches, Chain, Concat, Plan, Skip, trace
from ...nn import Net, build, load_weights
from ...pictures.input_spec import InputSpec

CLOSE = 1e-4  # of the largest score: what two ways to add up float32 may differ by


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A Net, and for each of its nodes the step that it is."""

    net: Net
    steps: tuple[Step, ...]


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
            scores = net(torch.from_numpy(pictures))
    except ConvscopeError:  # a shape that does not fit, too large …
        return None
    return Rebuilt(net, steps) if agree(scores, wanted) else None


def proof(made: Rebuilt, pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[float, str]:
    """Return the largest difference between a node of the Net and its step, as `difference` has it, and the node."""
    with torch.no_grad():
        outputs = made.net.outputs(torch.from_numpy(pictures))
    nodes = made.net.network.nodes
    return max(
        (difference(own, torch.from_numpy(np.ascontiguousarray(step.output, np.float32))), node.name)
        for node, own, step in zip(nodes, outputs, made.steps, strict=True)
    )


def agree(a: Tensor, b: Tensor) -> bool:
    """Tell whether two results are the same but for rounding."""
    if a.shape != b.shape or not bool(torch.isfinite(b).all()):
        return False
    return difference(a, b) <= CLOSE


def difference(a: Tensor, b: Tensor) -> float:
    """Return the largest difference of two results as a share of the largest number, which counts as 0.001 at least."""
    return float((a - b).abs().max()) / max(1e-3, float(b.abs().max())) if b.numel() else 0.0


def _plan(found: Sequence[Step]) -> tuple[Plan, list[int]] | None:
    """Return the steps as a plan, and the order in which it builds them; None where it cannot say every step once."""
    try:
        before = [_before(found, i) for i in range(len(found))]
        plan, order = _way(found, before, PICTURE, len(found) - 1)
    except (LookupError, ConvscopeError):  # no plan, or one that is too large
        return None
    return (plan, order) if sorted(order) == list(range(len(found))) else None


def _before(found: Sequence[Step], i: int) -> int:
    """Return where the chain stands in front of step `i`: before the whole of a skip, or of branches."""
    sources = found[i].sources
    if isinstance(found[i].layer, Concat):
        trails = [_trail(found, source) for source in sources]
        return next(at for at in trails[0] if all(at in trail for trail in trails))
    return min(sources)


def _trail(found: Sequence[Step], at: int) -> list[int]:
    """Return the places of the chain from `at` back to the picture."""
    trail = [at]
    while trail[-1] != PICTURE:
        trail.append(_before(found, trail[-1]))
    return trail


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
        if isinstance(step.layer, Add) and len(step.sources) == 2:
            body, built = _way(found, before, at, max(step.sources))
            parts.append(Skip(body))
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
