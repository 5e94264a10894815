"""A model file, ready to predict: pictures are read, computed and answered in batches, in order."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from ..calibration.prediction_sets import SetRule, set_rule
from ..errors import InputError
from ..modelfile import ModelFile, read
from ..pictures.legibility import legibility_notes
from ..pictures.preprocessing import pictures_of, preprocess_stack
from .answer import Prediction, predictions
from .predictor import Predictor
from .streaming import rule_of, stream, threshold_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..calibration import Calibration
    from ..formula import Network, Plan
    from ..modelfile.provenance import Provenance
    from ..nn import Net
    from ..notebook.heat_map import HeatMap
    from ..pictures.input_spec import InputSpec
    from ..pictures.preprocessing import Picture, Pixels
    from ..rejection import Rejection

NAMED = 20  # classes that a notebook names


class Model:
    """A model file, ready to predict. Made by `load`. The graph is opened by the first prediction.

    Its classes are `named`, and its batch is open: it reads any number of pictures at a time.
    """

    named = open_batch = True

    def __init__(self, file: ModelFile) -> None:
        self.file = file

    @property
    def network(self) -> Network:
        return self.file.network

    @property
    def plan(self) -> Plan:
        return self.file.plan

    @property
    def formula(self) -> str:
        return self.file.formula

    @property
    def classes(self) -> tuple[str, ...]:
        return self.file.classes

    @property
    def spec(self) -> InputSpec:
        return self.file.spec

    @cached_property
    def weights(self) -> dict[str, HeatMap]:
        """Every weight and running statistic, "<layer>.<weight>", as a read-only float32 array that shows itself in a
        notebook: kernels a row for each filter, a column for each channel that it reads.
        """
        from ..notebook.heat_map import heat_map

        return {name: heat_map(array, "weights") for name, array in self.file.weights.items()}

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, in hex."""
        return self.file.digest

    @property
    def calibration(self) -> Calibration | None:
        """How the probabilities were fitted to pictures held out of training; None where they are not."""
        return self.file.metadata.calibration

    @property
    def rejection(self) -> Rejection | None:
        """From where on a picture is none of the classes; None where the file cannot tell."""
        return self.file.metadata.rejection

    @property
    def facts(self) -> dict[str, Any]:
        """What the file says of its training and testing, as JSON: "training", "test", "versions"."""
        return self.file.facts

    @property
    def provenance(self) -> Provenance:
        """What the facts say of training and test, as far as they are as convscope writes them."""
        return self.file.provenance

    @cached_property
    def predictor(self) -> Predictor:
        """The graph in ONNX Runtime."""
        return Predictor(self.file)

    def module(self) -> Net:
        """Return a new torch module with the file's weights, in evaluation mode. Imports torch.

        It gives the logits; `predict`'s probabilities are softmax(logits / `calibration`.temperature).
        """
        from ..nn import build, load_weights

        return load_weights(build(self.network, self.spec), self.file.weights).eval()

    def predict(
        self,
        pictures: Picture | Iterable[Picture],
        top: int = 3,
        invert: str | None = None,
        sets: float | None = None,
        centre: bool = False,
        always: bool = False,
    ) -> list[Prediction]:
        """Return a prediction for each picture: one, or any number of them.

        A picture is a file's path or its bytes, a Pillow image, or an array (H, W), (C, H, W) or (H, W, C); an array
        (N, C, H, W) is N of them. Any size: it is brought to the model's by its own rule. `invert` as on the command
        line; if left out, the model's own rule. With `sets`, 0.9 say, each prediction lists the classes among which the
        true one is in so large a share of all pictures; `set_rule` says what the model's held-out pictures allow.
        `centre` cuts out what is drawn, scales it and puts it in the middle, for a model of one channel that learned
        from light drawings on a dark ground. A picture that the model's `rejection` finds to be none of its classes has
        the label None; `always` gives every picture the label of the nearest class.
        Raises InputError for the first picture that cannot be read, for sets of a model that held out too few pictures,
        and for an array (3, H, W) alone before a model of one channel: three pictures or three colours.
        """
        import numpy as np

        rule = rule_of(self, top, invert, sets)
        stack = isinstance(pictures, np.ndarray) and pictures.dtype == np.uint8
        if stack and cast("Pixels", pictures).shape[1:] == self.spec.shape and not centre:
            read, inverted = preprocess_stack(self.spec, cast("Pixels", pictures), invert)
            notes, (probabilities, outsiders) = legibility_notes(self.spec, read), self.predictor.answers(read)
            threshold = threshold_of(self, always)
            return _without_errors(
                predictions(probabilities, self.classes, top, inverted, notes, rule, outsiders, threshold)
            )
        return _without_errors(self.stream(pictures_of(self.spec, pictures), top, invert, sets, centre, always))

    def set_rule(self, level: float) -> SetRule:
        """Return which classes a set holds whose level is `level`, and what the model's held-out pictures allow.

        Raises UsageError for a level that is none, InputError where too few pictures were held out.
        """
        return set_rule(self.calibration, level)

    def stream(
        self,
        pictures: Sequence[Picture],
        top: int = 3,
        invert: str | None = None,
        sets: float | None = None,
        centre: bool = False,
        always: bool = False,
    ) -> Iterator[Prediction | InputError]:
        """Yield for each picture, in order, its prediction or the error why it has none.

        Decoding and predicting overlap, and only a bounded number of pictures is in memory at a time.
        """
        yield from stream(self, pictures, top, invert, sets, centre, always)

    def _repr_html_(self) -> str:
        """Return for a notebook: which file, its classes, its test, and the table of its layers."""
        from ..formula.description import Description
        from ..notebook.table import line_html

        test = self.provenance.test
        lines = [f"{self.file.path}", f"classes: {', '.join(self.classes[:NAMED])}"]
        lines[1] += f" … {len(self.classes):,} in all" if len(self.classes) > NAMED else ""
        if test is not None:
            lines.append(f"test accuracy {100 * test.accuracy:.2f} %")
        return "".join([*map(line_html, lines), Description(self.network)._repr_html_()])

    def __repr__(self) -> str:
        return f"Model({str(self.file.path)!r}: {self.formula}, {len(self.classes)} classes)"


def load(path: str | os.PathLike[str]) -> Model:
    """Load and verify a model.onnx, or the one in a run directory; raises InputError with one line that says why
    not."""
    import numpy  # noqa: F401  # predicting needs it anyway, and the file's numbers are checked the faster for it

    return Model(read(path))


def predict(
    model: Model | str | os.PathLike[str],
    pictures: Picture | Iterable[Picture],
    top: int = 3,
    invert: str | None = None,
    sets: float | None = None,
    centre: bool = False,
    always: bool = False,
) -> list[Prediction]:
    """Return a prediction for each picture; see Model.predict."""
    return (model if isinstance(model, Model) else load(model)).predict(pictures, top, invert, sets, centre, always)


def _without_errors(results: Iterable[Prediction | InputError]) -> list[Prediction]:
    """Return all predictions. Raises the first error."""
    found = []
    for result in results:
        if isinstance(result, InputError):
            raise result
        found.append(result)
    return found
