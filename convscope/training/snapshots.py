"""Snapshots: small pictures of a training as it goes, for whoever scrubs through it later: 9 to 16 a run.

Each holds the first convolution's kernels, a few maps of one picture, and figures on a small fixed set of pictures:
held-out ones if there are any, else training pictures, and `pictures` says which. See docs/run-directory.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..build import Net
from ..evaluation import score
from ..formula import Conv
from ..runs.tensor_files import Arrays

MOST, LEAST = 16, 9
APART = 16  # steps, of a short training: a snapshot costs as much as one, and a training of two seconds has 160
PICTURES = 250  # that figures are taken on
LAYERS, MAPS = 3, 8  # convolutions whose maps are kept, and maps of each
KERNELS = 128


def when(*rounds: int) -> frozenset[int]:
    """Return the steps after which a snapshot is taken: close at first, wider later, 0 and the end of each round among
    them.

    `rounds` are the steps at which the schedule's rounds end, in order; usually there is one.

    >>> sorted(when(100))
    [0, 2, 6, 14, 25, 39, 56, 77, 100]
    """
    most = min(MOST, max(LEAST, rounds[-1] // APART))
    each = max(1, (most - 1) // len(rounds))
    found = {0}
    for begin, end in zip((0, *rounds), rounds, strict=False):
        found |= {begin + round((end - begin) * (i / each) ** 2) for i in range(1, each + 1)}
    return frozenset(found)


def sample(
    images: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return at most 250 pictures, evenly spaced over what is given, and their labels."""
    chosen = np.unique(np.linspace(0, len(labels) - 1, PICTURES).astype(np.int64))
    return images[chosen], labels[chosen]


def take(
    net: Net, images: Tensor, labels: np.ndarray[Any, Any], held_out: bool, bf16: bool
) -> tuple[Arrays, dict[str, Any]]:
    """Return a snapshot's tensors and facts for pictures uint8 (n, C, H, W) and labels (n,). The net is left as it
    was."""
    nodes = net.network.nodes
    training = net.training
    net.eval()
    try:
        with torch.inference_mode():
            with torch.autocast(images.device.type, torch.bfloat16, enabled=bf16):
                logits = net(images).float().cpu().numpy()  # (n, K)
            outputs = net.outputs(images[:1].contiguous())
    finally:
        net.train(training)
    evaluation = score(logits, labels, [""] * net.network.classes)
    tensors: Arrays = {
        "confusion": evaluation.confusion.astype(np.int32),  # (K, K), rows true, columns predicted
        "scores": outputs[-1].flatten(1).float().cpu().numpy()[0],  # (K,), of the one picture
        "picture": images[0].cpu().numpy(),  # uint8 (C, H, W)
    }
    convolutions = [i for i, node in enumerate(nodes) if isinstance(node.layer, Conv)]
    if convolutions:
        kernels = net.get_parameter(f"{nodes[convolutions[0]].name}.weight").detach()
        tensors["kernels"] = _half(kernels[:KERNELS])  # (F, C, kh, kw)
    for i in convolutions[:LAYERS]:
        tensors[f"maps.{nodes[i].name}"] = _half(outputs[i][0, :MAPS])  # (≤8, h, w)
    facts = {
        "n": evaluation.n,
        "accuracy": evaluation.accuracy,
        "loss": evaluation.loss,
        "pictures": "held out" if held_out else "training",
        "kernels": nodes[convolutions[0]].name if convolutions else None,
    }
    return tensors, facts


def _half(x: Tensor) -> np.ndarray[Any, np.dtype[np.float16]]:
    """Return float16, what is too large for it as its largest number."""
    return x.float().clamp(-65504, 65504).cpu().contiguous().numpy().astype(np.float16)
