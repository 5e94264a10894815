"""Pictures held out of training: how many by default, which, and how good a network is on them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluation import Evaluation, score
from ..pictures.preprocessing import preprocess_stack
from ..runs.records import Figures
from .workers import SingleWorker, Workers

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ..data import Dataset, Split
    from ..nn import Net
    from ..pictures.input_spec import InputSpec

MOST = 10_000  # pictures
SHARE = 6  # one in so many


def default_held_out(dataset: Dataset) -> int:
    """Return how many training pictures are held out unless the user says: none where there are test pictures."""
    return 0 if dataset.test is not None else sixth(dataset)


def sixth(dataset: Dataset) -> int:
    """Return a sixth of the training pictures, at most 10,000."""
    return min(MOST, len(dataset.train) // SHARE)


def split_training(dataset: Dataset, held_out: int) -> tuple[Split, Split | None]:
    """Return the pictures to train on and those held out, if any."""
    if not held_out:
        return dataset.train, None
    stay, held = dataset.hold_out(held_out)
    return dataset.train.take(stay), dataset.train.take(held)


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """Pictures to measure on: `images` uint8 (N, C, H, W) on a device, `labels` int64 (N,), by class."""

    images: Tensor
    labels: np.ndarray[Any, np.dtype[np.int64]]
    classes: tuple[str, ...]

    @classmethod
    def of(cls, split: Split, classes: tuple[str, ...], spec: InputSpec, device: torch.device) -> LabelledImages:
        """Return a split's pictures as a network of this input reads them, on `device`."""
        return cls(as_tensor(preprocess_stack(spec, split.images)[0], device), split.labels, classes)

    def evaluate(self, net: Net, workers: Workers | None = None) -> Evaluation:
        """Return how good the network is; of several processes each scores its part, and all get the same figures."""
        workers = workers or SingleWorker()
        n = len(self.labels)
        return score(workers.gather(scores(net, self.images[workers.slice_of(n)]), n), self.labels, self.classes)


def scores(net: Net, images: Tensor, batch: int = 500) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return logits (N, K) in float32 for uint8 pictures (N, C, H, W); the network's mode is left as it was."""
    import torch

    training = net.training
    net.eval()
    try:
        with torch.inference_mode():
            parts = [net(images[i : i + batch].contiguous()) for i in range(0, len(images), batch)]
    finally:
        net.train(training)
    return torch.cat(parts).float().cpu().numpy() if parts else np.zeros((0, net.network.classes), np.float32)


def as_tensor(array: np.ndarray[Any, Any], device: torch.device) -> Tensor:
    """Return the array as a tensor on `device`; on the CPU without a copy, also of memory that is only read."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of arrays that cannot be written to; nothing here writes
        return torch.from_numpy(array).to(device)


def figures(evaluation: Evaluation | None) -> Figures | None:
    """Return what the log says of an evaluation."""
    return None if evaluation is None else Figures(evaluation.accuracy, evaluation.loss)
