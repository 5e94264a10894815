"""Any torch module as a network of the formula, with its weights, where its steps allow it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...errors import ConvscopeError
from ...formula import Add, Branches, Chain, Concat, Flatten, Layer, Plan, Skip, trace
from ...nn import Net, build, load_weights
from ...pictures.input_spec import InputSpec
from . import translation
from .steps import PICTURE, Step

CLOSE = 1e-4  # of the largest score: what two ways to add up float32 may differ by


def rebuilt(
    found: Sequence[Step], spec: InputSpec, pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> Net | None:
    """Return a Net that computes what the steps do, with their weights; None where the formula cannot say it.

    Chains of layers can be said, skips around a part of the chain, and branches that are joined. A softmax at the end
    is left off: what it reads are the scores. The Net's scores for `pictures` are compared with the module's own; where
    they differ there is no Net.
    """
    found = scored(found)
    made = _plan(found)
    if made is None or found[-1].output.dim() not in (2, 4):
        return None
    plan, order = made
    wanted = found[-1].output.flatten(1).to("cpu", torch.float32)
    try:
        network = trace(plan, spec.shape, wanted.shape[1])
        net = build(network, spec).eval()
        load_weights(net, _weights([found[i] for i in order], net))
        with torch.no_grad():
            scores = net(torch.from_numpy(pictures))
    except ConvscopeError:  # a shape that does not fit, too large …
        return None
    return net if agree(scores, wanted) else None


def scored(found: Sequence[Step]) -> Sequence[Step]:
    """Return the steps without a softmax (or its logarithm) at the end."""
    last = found[-1] if found else None
    soft = last is not None and (
        isinstance(last.module, translation.SOFTMAX) or last.label in ("softmax", "log_softmax")
    )
    return found[:-1] if soft and last is not None and last.sources == (len(found) - 2,) else found


def agree(a: Tensor, b: Tensor) -> bool:
    """Tell whether two results are the same but for rounding."""
    if a.shape != b.shape or not bool(torch.isfinite(b).all()):
        return False
    return float((a - b).abs().max()) <= CLOSE * max(1e-3, float(b.abs().max())) if b.numel() else True


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
    return source != PICTURE and found[source].output.dim() == 2


def _weights(found: Sequence[Step], net: Net) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Return the steps' weights under the names of the net's nodes, which come in the same order."""
    tensors_by_name = {}
    layers: list[tuple[Step, Layer]] = [(s, s.layer) for s in found if s.layer is not None]
    for (step, layer), node in zip(layers, net.network.nodes, strict=True):
        assert type(layer) is type(node.layer) or isinstance(node.layer, Flatten)
        if step.module is not None:
            for name, tensor in translation.tensors(step.module, layer).items():
                tensors_by_name[f"{node.name}.{name}"] = tensor.numpy()
    return tensors_by_name
