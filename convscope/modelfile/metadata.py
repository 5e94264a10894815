"""What a model file says of itself: the records in ONNX `metadata_props`, as text and back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from ..calibration import Calibration
from ..errors import ConvscopeError, InputError, phrase
from ..formula import parse, trace
from ..formula.network import Network
from ..pictures.input_spec import InputSpec, check_ends
from ..rejection import Rejection
from ..runs.json_text import parse_json

FORMAT, QUANTISED = 5, 6  # what is written; the earlier ones are read


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything of a model but its weights."""

    network: Network
    spec: InputSpec
    classes: tuple[str, ...]
    facts: dict[str, object]  # "training", "test", "versions" and whatever else the writer knew, as JSON has it
    calibration: Calibration | None = None
    rejection: Rejection | None = None
    half: tuple[str, ...] = ()  # the weights kept in half precision, "<node>.<weight>"; the graph says which
    sized: bool = True  # whether the graph says the size of every layer's output, as formats 1 to 4 did not
    quantised: str = ""  # where the graph computes in 8 bits, which bytes its weights are; the graph says it

    @property
    def format(self) -> int:
        """The format version: 5; 6 in 8 bits; without sizes 1, 2 where the probabilities are calibrated, 3 with weights
        in half precision, 4 where pictures can be none of the classes.
        """
        if self.sized:
            return QUANTISED if self.quantised else FORMAT
        return 4 if self.rejection else 3 if self.half else 1 if self.calibration is None else 2

    def __post_init__(self) -> None:
        check_ends(self.network, self.spec)
        if len(self.classes) != self.network.classes or not all(isinstance(name, str) for name in self.classes):
            raise InputError("model.names", got=len(self.classes), expected=f"{self.network.classes}")
        if len(set(self.classes)) != len(self.classes):
            raise InputError("model.names.twice", got=Counter(self.classes).most_common(1)[0][0])


def to_records(metadata: Metadata) -> dict[str, str]:
    """Return the records in the order they are written, the format version first. JSON is ASCII, so any name fits."""
    try:
        facts = json.dumps(metadata.facts, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("model.facts", got=str(error)) from error
    records = {
        "convscope.format": str(metadata.format),
        "convscope.formula": str(metadata.network.plan),
        "convscope.classes": json.dumps(metadata.classes),
        "convscope.input": json.dumps(metadata.spec.to_json()),
    }
    if metadata.calibration is not None:
        records["convscope.calibration"] = json.dumps(metadata.calibration.to_json(), allow_nan=False)
    if metadata.rejection is not None:
        records["convscope.rejection"] = json.dumps(metadata.rejection.to_json(), allow_nan=False)
    return {**records, "convscope.facts": facts}


def from_records(records: dict[str, str]) -> Metadata:
    """Return what `to_records` wrote; raises InputError for a newer format, and for records that make no model. Which
    weights are kept in half precision stands in the graph alone.
    """
    version = records.get("convscope.format", "")
    if not (version.isascii() and version.isdigit() and len(version) < 9 and int(version) >= 1):
        raise InputError("model.version", got=version)
    if int(version) > QUANTISED:
        raise InputError(
            "model.newer",
            got=phrase("model.newer.format", n=version),
            expected=phrase("model.newer.format", n=QUANTISED),
            hint="pip install --upgrade convscope",
        )
    calibrated = int(version) == 2 or (int(version) > 2 and "convscope.calibration" in records)
    rejects = int(version) == 4 or (int(version) > 4 and "convscope.rejection" in records)
    more = ["calibration"] * calibrated + ["rejection"] * rejects
    wanted = ["format", "formula", "classes", "input", *more, "facts", "digest"]
    if list(records) != [f"convscope.{name}" for name in wanted]:
        raise InputError("model.records", got=", ".join(records))
    keys = [f"convscope.{name}" for name in wanted[2:-1]]
    classes, shape, *fitted, facts = (parse_json(records[key], key) for key in keys)
    if not isinstance(classes, list) or not isinstance(facts, dict):
        raise InputError("model.records")
    spec = InputSpec.from_json(shape)
    try:
        network = trace(parse(records["convscope.formula"]), spec.shape, max(1, len(classes)))
    except ConvscopeError as error:
        raise InputError("model.formula", reason=error.brief()) from error
    calibration = Calibration.from_json(fitted[0], "convscope.calibration") if calibrated else None
    rejection = Rejection.from_json(fitted[-1], "convscope.rejection") if rejects else None
    return Metadata(network, spec, tuple(classes), facts, calibration, rejection, sized=int(version) > 4)
