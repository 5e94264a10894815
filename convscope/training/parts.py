"""The pictures of a run by their use: trained on, held out, tested on; and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checking import Copies
from ..data import Dataset
from ..data.dataset import Rows
from ..data.run_data import held_out_rows
from ..data.subset import Subset
from ..pictures.input_spec import InputSpec
from ..runs.records import DataSource
from .validation import LabelledImages, split_training

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Parts:
    """The pictures to train on and, if any, those `held` out or given to validate by. Without `copies` each picture
    stands alone.
    """

    dataset: Dataset
    train: Subset
    held: Subset | None
    copies: Copies | None = None

    @classmethod
    def of(cls, dataset: Dataset, source: DataSource, copies: Copies | None = None) -> Parts:
        """Return the parts that a run's data has, by what is recorded of it."""
        train, held = split_training(dataset, held_out_rows(dataset, source.validation, source.held_out))
        return cls(dataset, train, held, copies)

    @property
    def test(self) -> Subset | None:
        """The test pictures, if there are any."""
        return Subset.whole(self.dataset.test) if self.dataset.test is not None and len(self.dataset.test) else None

    def groups(self, part: Subset) -> Rows | None:
        """Return a number for each picture of a part, int64 (n,), the same for those that belong together."""
        if self.copies is None:
            return None
        return self.copies.groups[self.copies.part(self._split(part))][part.rows]

    def leaked(self, part: Subset) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
        """Return which pictures of a part, bool (n,), belong together with training pictures; None for those that are
        held out, of which none does.
        """
        name = self._split(part)
        return None if self.copies is None or name == "train" else self.copies.leaking(name)[part.rows]

    def labelled(
        self, part: Subset | None, spec: InputSpec, device: torch.device, images: Tensor
    ) -> LabelledImages | None:
        """Return a part to measure on, as a network of this input reads it; `images` are those of the training split,
        on `device`.
        """
        if part is None:
            return None
        there = images if part.split is self.dataset.train else None
        made = LabelledImages.of(part, self.dataset.classes, spec, device, there)
        return replace(made, groups=self.groups(part), leaked=self.leaked(part))

    def _split(self, part: Subset) -> str:
        return next(name for name, split in self.dataset.splits.items() if split is part.split)
