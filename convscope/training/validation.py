"""Pictures held out of training: how many by default, which, and how good a network is on them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calibration.temperature import LEAST
from ..data.dataset import Rows
from ..data.hold_out import most_held_out
from ..data.subset import Subset
from ..evaluation import Evaluation, score
from ..formula.demand import demand
from ..machine.memory import fitting
from ..pictures.preprocessing import which_are_inverted
from ..runs.records import Figures
from .recipes import Recipe
from .start_recipes import leaves_out
from .workers import Scores, SingleWorker, Workers

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ..data import Dataset
    from ..nn import Net
    from ..pictures.input_spec import InputSpec

AT_ONCE = 500  # pictures that are measured at a time
MOST, SHARE = 10_000, 6  # pictures held out where there are no test pictures: one in so many, at most
ENOUGH, SPARED = 5_000, 10  # and where there are some: what calibration needs (docs/log.md), one in so many at most,
FEW, FIFTH = 60, 5  # but 60 where a sixth allows it, and 30, of fewer than which nothing is learned, where a fifth does


def choose_held_out(
    dataset: Dataset, recipe: Recipe, asked: int | None, seed: int, groups: Rows | None = None
) -> Rows | None:
    """Return the rows of the training pictures to hold out: as many as `asked`, or as default_held_out says.

    `groups` number the training pictures (N,): those of one stay together. Raises InputError for more than the classes
    can give.
    """
    if asked is None:
        asked = min(default_held_out(dataset, recipe), most_held_out(dataset.train.labels, groups))
    return dataset.hold_out(asked, seed, groups)[1] if asked else None


def default_held_out(dataset: Dataset, recipe: Recipe) -> int:
    """Return how many training pictures are held out unless the user says: none where the data has its own, nor where
    there are test pictures and those trained on calibrate by being left out of a fit in turn.
    """
    if dataset.validation is not None:
        return 0
    if dataset.test is None:
        return sixth(dataset)
    n = len(dataset.train)
    if leaves_out(recipe, n):
        return 0
    held = min(ENOUGH, max(n // SPARED, min(FEW, n // SHARE), LEAST if n // FIFTH >= LEAST else 0))
    return held if recipe.holds_out else 0


def sixth(dataset: Dataset) -> int:
    """Return a sixth of the training pictures, at most 10,000."""
    return min(MOST, len(dataset.train) // SHARE)


def split_training(dataset: Dataset, held_out: Rows | None) -> tuple[Subset, Subset | None]:
    """Return the pictures to train on and those to validate by, if any, by their rows: none is copied.

    The second are the data's own validation pictures where it has some, else the training pictures at `held_out`.
    """
    train = Subset.whole(dataset.train)
    if dataset.validation is not None:
        return train, Subset.whole(dataset.validation)
    if held_out is None:
        return train, None
    return Subset(dataset.train, np.setdiff1d(train.rows, held_out)), Subset(dataset.train, held_out)


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """Pictures to measure on: those at `rows`, int64 (n,), of `images` uint8 (N, C, H, W) on a device; `labels` int64
    (n,), by class; `inverted` bool (n,), with dark and light swapped. Those of one number in `groups` (n,) belong
    together; training has seen a copy of those where `leaked` (n,) is true.
    """

    images: Tensor
    labels: np.ndarray[Any, np.dtype[np.int64]]
    classes: tuple[str, ...]
    rows: Tensor
    inverted: Tensor
    groups: Rows | None = None
    leaked: np.ndarray[Any, np.dtype[np.bool_]] | None = None

    @classmethod
    def of(
        cls,
        pictures: Subset,
        classes: tuple[str, ...],
        spec: InputSpec,
        device: torch.device,
        images: Tensor | None = None,
    ) -> LabelledImages:
        """Return pictures as a network of this input reads them, on `device`; `images`: all of their split's, where
        they are there already.
        """
        images = as_tensor(pictures.split.images, device) if images is None else images
        inverted = which_are_inverted(spec, pictures.images)
        return cls(images, pictures.labels, classes, as_tensor(pictures.rows, device), as_tensor(inverted, device))

    def batches(self, part: slice, size: int = AT_ONCE) -> Iterator[Tensor]:
        """Yield the pictures of a part, (b, C, H, W), as the network reads them: one batch is copied at a time."""
        rows, inverted = self.rows[part], self.inverted[part]
        for i in range(0, len(rows), size):
            x = self.images[rows[i : i + size]]
            dark = inverted[i : i + size]
            x[dark] = 255 - x[dark]
            yield x

    def scores(self, net: Net, workers: Workers | None = None) -> Scores:
        """Return the network's logits (n, K); of several processes each computes its part, and all get all of them."""
        workers = workers or SingleWorker()
        n, size = len(self.labels), AT_ONCE
        if self.images.device.type == "cpu":  # fewer at a time where they would not fit: bits that nothing depends on
            size = fitting(demand(net.network).bytes_at_once, AT_ONCE)
        return workers.gather(scores(net, self.batches(workers.slice_of(n), size)), n)

    def figures(self, logits: Scores) -> Evaluation:
        """Return how good logits (n, K) are."""
        return score(logits, self.labels, self.classes, self.groups, self.leaked)

    def evaluate(self, net: Net, workers: Workers | None = None) -> Evaluation:
        """Return how good the network is, its probabilities not calibrated."""
        return self.figures(self.scores(net, workers))


def scores(net: Net, batches: Iterable[Tensor]) -> Scores:
    """Return logits (N, K) in float32 for batches of uint8 pictures (b, C, H, W), N in all; the network's mode is left
    as it was.
    """
    import torch

    training = net.training
    net.eval()
    try:
        with torch.inference_mode():
            parts = [net(batch.contiguous()) for batch in batches]
    finally:
        net.train(training)
    return torch.cat(parts).float().cpu().numpy() if parts else np.zeros((0, net.network.classes), np.float32)


def as_tensor(array: np.ndarray[Any, Any], device: torch.device) -> Tensor:
    """Return the array as a tensor on `device`; on the CPU without a copy, also of memory that is only read."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of arrays that cannot be written to; nothing here writes
        return torch.from_numpy(array).to(device)


def figures(evaluation: Evaluation) -> Figures:
    """Return what the log says of an evaluation after an epoch."""
    return Figures(evaluation.accuracy, evaluation.loss)
