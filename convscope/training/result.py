"""The result of a training: where its files are, how long it took, how good the network is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Phrase
from ..notebook.table import line_html
from ..runs.result_figures import BaselineFigures
from .final_figures import calibration_figures, split_figures

if TYPE_CHECKING:
    from ..calibration import Calibration
    from ..evaluation import Evaluation
    from ..prediction import Model
    from ..rejection import Rejection


@dataclass(frozen=True)
class Result:
    """What a finished training came to. `train_seconds` counts all sessions of the run, without validation and test.

    Losses of `validation` and `test` are those of calibrated probabilities, where there is a `calibration`; `baseline`
    is what a simple classifier makes of the same pictures; `rejection` says when a picture is none of the classes;
    `notes` are what a reader of the figures has to know.
    """

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
    calibration: Calibration | None
    baseline: BaselineFigures | None
    rejection: Rejection | None
    notes: tuple[Phrase, ...]

    def load(self) -> Model:
        """Return the model, ready to predict."""
        from ..prediction import load

        return load(self.model)

    def _repr_html_(self) -> str:
        """Return for a notebook: how good it is, and where its model file is."""
        splits = (("test", self.test), ("validation", self.validation))
        good = [f"{name} accuracy {100 * split.accuracy:.2f} % of {split.n:,}" for name, split in splits if split]
        return "".join(map(line_html, [*good, f"{self.parameters:,} parameters · {self.model.as_posix()}"]))

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON takes them; validation, test and calibration as the log has them, notes in
        English.
        """
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        validation, test = split_figures(self.validation), split_figures(self.test)
        calibration = calibration_figures(self.calibration)
        return {
            **fields,
            "run": str(self.run),
            "model": str(self.model),
            "validation": validation and validation.to_json(),
            "test": test and test.to_json(),
            "calibration": calibration and calibration.to_json(),
            "baseline": self.baseline and {**self.baseline.to_json(), "name": str(self.baseline.name)},
            "rejection": self.rejection and self.rejection.to_json(),
            "notes": [str(note) for note in self.notes],
        }
