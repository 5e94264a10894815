"""What a training is given by its settings: the pictures on its device, the network, the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from ..checking import Copies
from ..data import Dataset
from ..data.subset import Subset
from ..formula import Network, parse, trace
from ..machine.device import resolve_device
from .context import RunContext
from .loop import fit
from .parts import Parts
from .schedule import Schedule
from .settings import RunSettings
from .snapshots import Sample, snapshot_steps
from .state import State
from .validation import LabelledImages, as_tensor

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Everything that the training loop reads; the same settings and pictures give the same."""

    settings: RunSettings
    parts: Parts
    network: Network
    device: torch.device
    images: Tensor  # uint8 (N, C, H, W), of the whole training split
    labels: Tensor  # int64 (N,)
    rows: Tensor  # int64 (n,), those trained on
    counts: Tensor | None  # float32 (N,), how much each of these counts, 1 on average
    held_out: LabelledImages | None
    sample: Sample
    schedule: Schedule

    @classmethod
    def of(cls, settings: RunSettings, dataset: Dataset, copies: Copies | None) -> Self:
        """Return what the settings ask for of these pictures, of which some are `copies`."""
        recipe, device = settings.recipe, resolve_device(settings.device)
        parts = Parts.of(dataset, settings.data, copies)
        images, labels, rows = (
            as_tensor(array, device) for array in (dataset.train.images, dataset.train.labels, parts.train.rows)
        )
        bf16, steps = recipe.precision == "bfloat16", snapshot_steps(*settings.rounds)
        return cls(
            settings=settings,
            parts=parts,
            network=trace(parse(settings.formula), dataset.shape, len(dataset.classes)),
            device=device,
            images=images,
            labels=labels,
            rows=rows,
            counts=_counts(parts.train, device),
            held_out=parts.labelled(parts.held, settings.input, device, images),
            sample=Sample.of(parts.held or parts.train, parts.held is not None, bf16, steps, settings.input, device),
            schedule=Schedule.of(recipe, *settings.rounds, target=settings.target),
        )

    def initial(self) -> State:
        """Return the state before the first step."""
        settings, known = self.settings, self.settings.start is not None
        return State.initial(self.network, settings.input, settings.recipe, settings.seed, self.device, known)

    def fit(self, state: State, context: RunContext) -> None:
        """Train a state from where it stands to the schedule's end."""
        fit(
            state,
            self.images,
            self.labels,
            self.schedule,
            seed=self.settings.seed,
            rows=self.rows,
            context=context,
            held_out=self.held_out,
            sample=self.sample,
            balance=self.settings.balance,
            counts=self.counts,
        )


def _counts(train: Subset, device: torch.device) -> Tensor | None:
    """Return how much each picture of the whole split counts, 0 for those that are not trained on."""
    own = train.weights
    if own is None:
        return None
    counts = np.zeros(len(train.split), np.float32)
    counts[train.rows] = own
    return as_tensor(counts, device)
