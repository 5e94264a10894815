"""The result of a training: where its files are, how long it took, how good the network is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .validation import figures

if TYPE_CHECKING:
    from ..evaluation import Evaluation
    from ..prediction import Model


@dataclass(frozen=True)
class Result:
    """What a finished training came to. `train_seconds` counts all sessions of the run, without validation and test."""

    run: Path
    model: Path
    epochs: float
    seed: int
    train_seconds: float
    images_per_second: float
    parameters: int
    macs: int
    validation: Evaluation | None
    test: Evaluation | None

    def load(self) -> Model:
        """Return the model, ready to predict."""
        from ..prediction import load

        return load(self.model)

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON takes them; of validation and test accuracy (0…1) and loss (nats)."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        validation, test = (
            None if made is None else made.to_json() for made in map(figures, (self.validation, self.test))
        )
        return {**fields, "run": str(self.run), "model": str(self.model), "validation": validation, "test": test}
