"""Snapshots: the state of a training at 9 to 16 of its steps, for the page's scrubber.

Each holds the first convolution's kernels, a few maps of one picture, and figures on a small fixed set of pictures:
held-out ones if there are any, else training pictures, and `pictures` says which. See docs/run-directory.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..data import Split
from ..data.subset import Subset
from ..evaluation import score
from ..evaluation.figures import SHOWN
from ..formula import Conv
from ..nn import Net
from ..pictures.input_spec import InputSpec
from ..pictures.preprocessing import preprocess_stack
from ..runs.records import SnapshotFacts
from ..runs.snapshots import Snapshot
from ..runs.tensor_files import Arrays

Labels = np.ndarray[Any, np.dtype[np.int64]]

MOST, LEAST = 16, 9
APART = 16  # steps, of a short training: a snapshot costs as much as one, and a training of two seconds has 160
PICTURES = 250  # that figures are taken on
LAYERS, MAPS = 3, 8  # convolutions whose maps are kept, and maps of each
KERNELS = 128


def snapshot_steps(*rounds: int) -> frozenset[int]:
    """Return the steps after which a snapshot is taken: close at first, wider later, 0 and the end of each round among
    them.

    `rounds` are the steps at which the schedule's rounds end, in order; usually there is one.

    >>> sorted(snapshot_steps(100))
    [0, 2, 6, 14, 25, 39, 56, 77, 100]
    """
    most = min(MOST, max(LEAST, rounds[-1] // APART))
    count = max(1, (most - 1) // len(rounds))
    found = {0}
    for begin, end in zip((0, *rounds), rounds, strict=False):
        found |= {begin + round((end - begin) * (i / count) ** 2) for i in range(1, count + 1)}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Sample:
    """The pictures that snapshots are taken of, at which steps, and how the network computes.

    `images` are uint8 (n, C, H, W), at most 250, `labels` (n,); `held_out` says whether training never sees them.
    """

    images: Tensor
    labels: Labels
    held_out: bool
    bf16: bool
    steps: frozenset[int]

    @classmethod
    def of(
        cls,
        split: Split | Subset,
        held_out: bool,
        bf16: bool,
        steps: frozenset[int],
        spec: InputSpec,
        device: torch.device,
    ) -> Sample:
        """Return a sample of a split's pictures, evenly spaced over it, as a network of input `spec` reads them."""
        chosen = np.unique(np.linspace(0, len(split) - 1, PICTURES).astype(np.int64))
        read, _ = preprocess_stack(spec, split.images[chosen])
        return cls(torch.from_numpy(read).to(device), split.labels[chosen], held_out, bf16, steps)

    def take(self, net: Net, step: int) -> Snapshot:
        """Return the snapshot of `step`. The net is left as it was."""
        return take(net, self.images, self.labels, step, self.held_out, self.bf16)


def take(net: Net, images: Tensor, labels: Labels, step: int, held_out: bool, bf16: bool) -> Snapshot:
    """Return a snapshot of a network by pictures uint8 (n, C, H, W) and labels (n,). The net is left as it was."""
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
    confusion = evaluation.confusion if len(evaluation.classes) <= SHOWN else np.empty((0, 0))
    tensors: Arrays = {
        "confusion": confusion.astype(np.int32),  # (K, K), rows true, columns predicted; of many classes (0, 0)
        "scores": outputs[-1].flatten(1).float().cpu().numpy()[0],  # (K,), of the one picture
        "picture": images[0].cpu().numpy(),  # uint8 (C, H, W)
    }
    convolutions = [i for i, node in enumerate(nodes) if isinstance(node.layer, Conv)]
    if convolutions:
        kernels = net.get_parameter(f"{nodes[convolutions[0]].name}.weight").detach()
        tensors["kernels"] = _half(kernels[:KERNELS])  # (F, C, kh, kw)
    for i in convolutions[:LAYERS]:
        tensors[f"maps.{nodes[i].name}"] = _half(outputs[i][0, :MAPS])  # (≤8, h, w)
    facts = SnapshotFacts(
        step=step,
        n=evaluation.n,
        accuracy=evaluation.accuracy,
        loss=evaluation.loss,
        pictures="held out" if held_out else "training",
        kernels=nodes[convolutions[0]].name if convolutions else None,
    )
    return Snapshot(tensors, facts)


def _half(x: Tensor) -> np.ndarray[Any, np.dtype[np.float16]]:
    """Return float16, what is too large for it as its largest number."""
    return x.float().clamp(-65504, 65504).cpu().contiguous().numpy().astype(np.float16)
