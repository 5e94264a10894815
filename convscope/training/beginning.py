"""What a training begins with: its pictures, and a network that was trained already, if any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..data import Dataset
from ..errors import Phrase
from ..transfer.start import Start

if TYPE_CHECKING:
    from ..modelfile import ModelFile
    from .trial import Trial


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """The pictures as the training reads them; what it begins with, None from scratch; what was said of the choice; and
    the training itself, where it was tried from scratch already.
    """

    dataset: Dataset
    start: Start | None = None
    file: ModelFile | None = None
    said: tuple[Phrase, ...] = ()
    trial: Trial | None = None
