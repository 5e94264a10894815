"""How to look: the options of `look`, checked once and handed on."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields

from ..data.reading import Progress
from ..errors import UsageError

SAMPLES = 20
MEGABYTES, MOST_MEGABYTES = 5.0, 20.0  # of a page by default, and where weights need it
LIGHT = 2_500_000  # characters of weights that leave the five megabytes room enough for all else
LANGUAGES = ("auto", "en", "ko")
OF_OTHERS = ("classes", "mean", "std", "range", "bgr", "shape", "output", "formula")
"""What our own model file knows by itself."""


@dataclass(frozen=True)
class LookOptions:
    """`look` says what each means. Those in OF_OTHERS are for networks that convscope did not build.

    Raises UsageError for a value that cannot be.
    """

    classes: Sequence[str] | None = None
    mean: Sequence[float] | float | None = None
    std: Sequence[float] | float | None = None
    range: str | None = None
    bgr: bool = False
    shape: Sequence[int] | None = None
    output: str | int | None = None
    formula: str | None = None
    samples: int = SAMPLES
    title: str = ""
    language: str = "auto"
    megabytes: float | None = None
    data_root: str | os.PathLike[str] | None = None
    cache: bool = True
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if type(self.samples) is not int or not 1 <= self.samples <= 1000:
            raise UsageError("value.whole.from.to", name="samples", low=1, high="1,000", got=self.samples)
        wanted = MEGABYTES if self.megabytes is None else self.megabytes
        if not isinstance(wanted, (int, float)) or not 0.1 <= wanted <= 1000:
            raise UsageError("value.number.from.to", name="megabytes", low="0.1", high="1,000", got=self.megabytes)
        if self.language not in LANGUAGES:
            raise UsageError("language.unknown", got=self.language, expected=", ".join(LANGUAGES))

    def page_megabytes(self, weights: int) -> float:
        """Return how large the page may be whose weights take so many characters: as asked, else 5 MB, or up to 20
        where the weights need it, which leaves all else its five.

        >>> [LookOptions().page_megabytes(n) for n in (2_500_000, 12_400_000, 90_000_000)]
        [5.0, 17.4, 20.0]
        """
        if self.megabytes is not None:
            return self.megabytes
        return MEGABYTES if weights <= LIGHT else min(MOST_MEGABYTES, math.ceil(weights / 1e5) / 10 + MEGABYTES)

    def given(self, *names: str) -> list[str]:
        """Return which of the options `names` were given."""
        return [
            field.name
            for field in fields(self)
            if field.name in names and getattr(self, field.name) not in (None, False)
        ]
