"""Batch normalisation made part of the layer before it: the same function, with fewer values to round.

After training a batch normalisation multiplies each channel by a number and adds another (Ioffe & Szegedy 2015, section
3.1), and a convolution or fully connected layer before it can do both by its own weights and bias.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..formula import FC, BatchNorm, Conv, Network, trace
from ..formula.plan import Branches, Chain, Gate, Plan, Repeat, Skip

if TYPE_CHECKING:
    import numpy as np

    Weights = Mapping[str, np.ndarray[Any, np.dtype[np.float32]]]


@dataclass(frozen=True, slots=True)
class Folded(BatchNorm):
    """A batch normalisation that the layer before it takes in."""


def folded(network: Network, weights: Weights) -> tuple[Network, Weights]:
    """Return a network, and its weights, that computes the same without the batch normalisations that follow a
    convolution or a fully connected layer at once, in one chain.
    """
    import numpy as np

    marked = trace(_marked(network.plan), network.input, network.classes)
    plain = trace(_without(marked.plan), network.input, network.classes)
    kept = [i for i, node in enumerate(marked.nodes) if not isinstance(node.layer, Folded)]
    found: dict[str, np.ndarray[Any, np.dtype[np.float32]]] = {}
    for node, i in zip(plain.nodes, kept, strict=True):
        before = marked.nodes[i]
        named = {part: f"{before.name}.{part}" for part, _ in before.weights + before.buffers}
        own: dict[str, np.ndarray[Any, np.dtype[Any]]] = {
            part: weights[name] for part, name in named.items() if name in weights
        }  # a bias may be new
        for after in marked.nodes[i + 1 :]:
            if not isinstance(after.layer, Folded):
                break
            scale, bias, mean, variance = (
                weights[f"{after.name}.{part}"].astype(np.float64)
                for part in ("weight", "bias", "running_mean", "running_var")
            )
            factor = scale / np.sqrt(variance + after.layer.eps)
            weight = own["weight"].astype(np.float64)
            own["weight"] = weight * factor.reshape(-1, *(1,) * (weight.ndim - 1))
            own["bias"] = (own.get("bias", 0.0) - mean) * factor + bias
        found |= {f"{node.name}.{part}": np.asarray(array, np.float32) for part, array in own.items()}
    return plain, found


def _marked(plan: Plan) -> Plan:
    """Return the plan with each batch normalisation marked that the layer before it in its chain can take in; those
    layers have a bias then.
    """
    if not isinstance(plan, Chain):
        return _within(plan, _marked)
    parts: list[Plan] = []
    layer = None  # the place of the layer that takes in what follows
    for part in plan.parts:
        if isinstance(part, BatchNorm) and layer is not None:
            before = parts[layer]
            parts[layer] = replace(before, bias=True) if isinstance(before, Conv) else before
            parts.append(Folded(part.eps))
            continue
        layer = len(parts) if isinstance(part, (Conv, FC)) else None
        parts.append(_marked(part))
    return Chain(tuple(parts))


def _without(plan: Plan) -> Plan:
    """Return a marked plan without what is marked."""
    if not isinstance(plan, Chain):
        return _within(plan, _without)
    parts = tuple(_without(part) for part in plan.parts if not isinstance(part, Folded))
    return parts[0] if len(parts) == 1 else Chain(parts)


def _within(plan: Plan, change: Any) -> Plan:
    if isinstance(plan, (Repeat, Gate)):
        return replace(plan, body=change(plan.body))
    if isinstance(plan, Skip):
        return Skip(change(plan.body), None if plan.shortcut is None else change(plan.shortcut))
    return Branches(tuple(map(change, plan.branches))) if isinstance(plan, Branches) else plan
