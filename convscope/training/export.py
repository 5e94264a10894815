"""The model file of a finished run, with what its training was and came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .. import modelfile
from ..calibration import Calibration
from ..errors import Phrase
from ..runs.records import ResultLine
from .settings import RunSettings

if TYPE_CHECKING:
    from ..nn import Net

DATA_FACTS = ("set", "fingerprint", "train", "validation", "test", "held_out")


def export_model(
    path: Path, net: Net, settings: RunSettings, epochs: float, result: ResultLine, calibration: Calibration | Phrase
) -> None:
    """Write the model file of a network that was trained for so many epochs; its facts say why if not calibrated."""
    fitted = calibration if isinstance(calibration, Calibration) else None
    line, data = result.to_json(), settings.data.to_json()
    facts = {
        "training": {
            "plan": settings.plan,
            "epochs": epochs,
            "steps": result.step,
            "seed": settings.seed,
            "recipe": settings.recipe.name,
            "precision": settings.recipe.precision,
            "time": line["time"],
            "data": {name: data[name] for name in DATA_FACTS},
        },
        "validation": line["validation"],
        "test": line["test"],
        "baseline": line["baseline"],
        "notes": line["notes"],
        **({} if fitted else {"calibration": str(calibration)}),
        "versions": settings.versions,
    }
    modelfile.write(path, net.network, net.spec, net.weights(), settings.classes, facts, fitted)
