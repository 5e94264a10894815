"""How to look: the options of `look`, checked once and handed on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

from ..data.reading import Progress
from ..errors import UsageError

SAMPLES, MEGABYTES = 20, 5.0
LANGUAGES = ("auto", "en", "ko")
OF_MODULES = ("classes", "mean", "std", "shape")  # what a model file knows by itself


@dataclass(frozen=True)
class LookOptions:
    """`look` says what each means. `classes`, `mean`, `std` and `shape` are for torch modules.

    Raises UsageError for a value that cannot be.
    """

    classes: Sequence[str] | None = None
    mean: Sequence[float] | float | None = None
    std: Sequence[float] | float | None = None
    shape: Sequence[int] | None = None
    samples: int = SAMPLES
    title: str = ""
    language: str = "auto"
    megabytes: float = MEGABYTES
    data_root: str | os.PathLike[str] | None = None
    cache: bool = True
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if type(self.samples) is not int or not 1 <= self.samples <= 1000:
            raise UsageError("value.whole.from.to", name="samples", low=1, high="1,000", got=self.samples)
        if not isinstance(self.megabytes, (int, float)) or not 0.1 <= self.megabytes <= 1000:
            raise UsageError("value.number.from.to", name="megabytes", low="0.1", high="1,000", got=self.megabytes)
        if self.language not in LANGUAGES:
            raise UsageError("language.unknown", got=self.language, expected=", ".join(LANGUAGES))

    def given(self, *names: str) -> list[str]:
        """Return which of the options `names` were given."""
        return [field.name for field in fields(self) if field.name in names and getattr(self, field.name) is not None]
