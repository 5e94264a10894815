"""Pictures that a report measures: one split, and what the network said of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.subset import Subset
from ..evaluation import Evaluation, score
from ..evaluation.mistakes import Floats, Whole


@dataclass(frozen=True, eq=False)
class Part:
    """The pictures of a split ("test", "validation", "train" or "all" there are): their labels among the model's
    classes (n,), and the network's logits (n, K), without its `temperature`, which is None where it was not calibrated.
    Those of one number in `groups` (n,) belong together; training has seen those where `leaked` (n,) is true. `before`
    (n,) are the labels that the folder gives them, where a list of changes gives some of them others.
    """

    name: str
    data: str
    pictures: Subset
    labels: Whole
    logits: np.ndarray[Any, Any]
    classes: tuple[str, ...]
    temperature: float | None = None
    groups: Whole | None = None
    leaked: NDArray[np.bool_] | None = None
    before: Whole | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def scores(self) -> Floats:
        """The logits divided by the temperature, if there is one."""
        return self.logits.astype(np.float64) / (self.temperature or 1.0)

    @cached_property
    def figures(self) -> Evaluation:
        """How good the network is on these pictures."""
        return score(self.scores, self.labels, self.classes, self.groups, self.leaked)

    def path(self, row: int) -> str:
        """Return the path of a picture within its source; its number where it has none."""
        files, at = self.pictures.split.files, int(self.pictures.rows[row])
        return f"{self.name}[{at}]" if files is None else files[at].path

    def digest(self, row: int) -> str:
        """Return the SHA-256 of a picture's file; "" where it has none."""
        files = self.pictures.split.files
        return "" if files is None else files[int(self.pictures.rows[row])].digest
