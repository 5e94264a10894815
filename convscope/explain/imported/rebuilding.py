"""Any torch module as a network of the formula, with its weights, where its steps allow it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...errors import ConvscopeError
from ...formula import Add, Chain, Flatten, Layer, Plan, Skip, trace
from ...nn import Net, build, load_weights
from ...pictures.input_spec import InputSpec
from . import translation
from .steps import PICTURE, Step

CLOSE = 1e-4  # of the largest score: what two ways to add up float32 may differ by


def rebuilt(
    found: Sequence[Step], spec: InputSpec, pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> Net | None:
    """Return a Net that computes what the steps do, with their weights; None where the formula cannot say it.

    Chains of layers can be said, and skips around a part of the chain. A softmax at the end is left off: what it reads
    are the scores. The Net's scores for `pictures` are compared with the module's own; where they differ there is no
    Net.
    """
    found = scored(found)
    plan = _plan(found)
    if plan is None or found[-1].output.dim() not in (2, 4):
        return None
    wanted = found[-1].output.flatten(1).to("cpu", torch.float32)
    try:
        network = trace(plan, spec.shape, wanted.shape[1])
        net = build(network, spec).eval()
        load_weights(net, _weights(found, net))
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


def _plan(found: Sequence[Step]) -> Plan | None:
    """Return the steps as a plan: each reads the one before it, or adds to it what an earlier one made."""
    parts: list[Plan] = []
    at: dict[int, int] = {PICTURE: 0}  # step → how many parts were there when it was done
    for i, step in enumerate(found):
        if isinstance(step.layer, Add):
            early = [s for s in step.sources if s != i - 1]
            begin = at.get(early[0]) if len(early) == 1 and len(step.sources) == 2 else None
            if begin is None or begin >= len(parts):
                return None
            body = parts[begin:]
            parts[begin:] = [Skip(body[0] if len(body) == 1 else Chain(tuple(body)))]
            at = {s: n for s, n in at.items() if n <= begin}
        elif step.layer is None or step.sources != (i - 1,):
            return None
        else:
            if step.layer.takes == "rows" and not _flat(found, i):
                return None  # torch's Linear works on the last axis of maps
            parts.append(step.layer)
        at[i] = len(parts)
    return None if not parts else parts[0] if len(parts) == 1 else Chain(tuple(parts))


def _flat(found: Sequence[Step], i: int) -> bool:
    return i > 0 and found[i - 1].output.dim() == 2


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
