"""The model file of a finished run, with what its training was and came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import modelfile
from ..calibration import Calibration
from ..errors import Phrase
from ..rejection import Fitted
from ..runs.records import ResultLine
from ..transfer.start import Body
from .settings import RunSettings

if TYPE_CHECKING:
    from ..nn import Net

DATA_FACTS = ("set", "fingerprint", "train", "validation", "test", "held_out")


def export_model(
    path: Path,
    net: Net,
    settings: RunSettings,
    epochs: float,
    result: ResultLine,
    calibration: Calibration | Phrase,
    body: Body | None = None,
    rejection: Fitted | Phrase | None = None,
) -> None:
    """Write the model file of a network that was trained for so many epochs; its facts say why if it is not calibrated,
    or cannot tell that a picture is none of the classes.

    What is as it was in the `body` that the training began with is kept in half precision, if it was.
    """
    rejects = rejection if isinstance(rejection, Fitted) else None
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
            **({} if settings.start is None else {"start": settings.start.to_json()}),
        },
        **({} if body is None or body.pretrained is None else {"pretrained": body.pretrained}),
        "validation": line["validation"],
        "test": line["test"],
        "baseline": line["baseline"],
        "notes": line["notes"],
        **({} if fitted else {"calibration": str(calibration)}),
        **({"rejection": str(rejection)} if isinstance(rejection, Phrase) else {}),
        "versions": settings.versions,
    }
    weights = net.weights()
    half = [name for name in body.half if _same(weights.get(name), body.weights[name])] if body is not None else []
    modelfile.write(path, net.network, net.spec, weights, settings.classes, facts, fitted, half, rejects)


def _same(now: np.ndarray[Any, Any] | None, before: np.ndarray[Any, Any]) -> bool:
    return now is not None and np.array_equal(now, before)
