"""The contract of a model file, for programs: what a picture must look like and what the outputs mean, as one value.

Nothing here that the file's records do not hold (docs/model-file.md); what every format fixes is said too, so that a
reader needs no page of documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .metadata import Metadata

VERSION = 1  # of this value; the records' own is `convscope.format`


@dataclass(frozen=True, slots=True)
class Contract:
    """How to use a model: its input (name, type, layout, range, resizing and inversion to do first, scaling that the
    graph does itself), its outputs by name, and its classes in the order of the scores.
    """

    metadata: Metadata

    def to_json(self) -> dict[str, object]:
        """Return it as JSON takes it.

        `temperature` is what the graph divides the logits by, 1 where nothing was fitted. `threshold` is where a
        picture begins to be none of the classes; there is no output `outsider` where the file cannot tell.
        """
        metadata = self.metadata
        spec, calibration, rejection = metadata.spec, metadata.calibration, metadata.rejection
        temperature = 1.0 if calibration is None else calibration.temperature
        outputs: dict[str, object] = {
            "logits": {"type": "float32", "shape": ["N", len(metadata.classes)]},
            "probabilities": {
                "type": "float32",
                "shape": ["N", len(metadata.classes)],
                "of": "softmax(logits / temperature)",
                "temperature": temperature,
            },
        }
        if rejection is not None:
            outputs["outsider"] = {"type": "float32", "shape": ["N"], "threshold": rejection.threshold}
        return {
            "version": VERSION,
            "input": {
                "name": "pictures",
                "type": "uint8",
                "layout": "NCHW",
                "shape": ["N", *spec.shape],
                "channels": {1: "grey", 3: "RGB"}.get(spec.shape[0], "planes"),
                "range": [0, 255],
                "resize": spec.rule,
                "invert": spec.invert,
                "white": spec.white,
                "centred": spec.centred,
                "scaled_by_graph": {"mean": list(spec.mean), "std": list(spec.std)},
            },
            "outputs": outputs,
            "classes": list(metadata.classes),
        }
