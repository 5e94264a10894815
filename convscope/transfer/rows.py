"""What a network's taps make of pictures, in one pass for all of them: rows of numbers, by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..formula import trace
from ..modelfile import ModelFile
from ..modelfile.graph import weight_shapes
from ..modelfile.reading import check
from ..modelfile.writing import serialise
from ..prediction.predictor import Predictor
from .features import Pixels, Rows
from .start import Body
from .taps import Tap, columns_of, tapped


class TapRows:
    """A body cut at its taps, ready to compute; `columns` says which numbers of a row are each tap's."""

    def __init__(self, body: Body, taps: Sequence[Tap]) -> None:
        self.columns = columns_of(body.network, taps)
        self.width = max(part.stop for part in self.columns.values())
        network = trace(tapped(body.network.plan, taps), body.spec.shape, self.width)
        weights = {name: body.weights[name] for name in weight_shapes(network)}
        data = serialise(network, body.spec, weights, [str(n) for n in range(self.width)])
        file = ModelFile(Path("taps"), check(data, "taps"), data)
        self.identity, self._predictor = file.digest, Predictor(file)

    def of(self, pictures: Pixels) -> Rows:
        """Return the rows (n, F) of pictures uint8 (n, C, H, W)."""
        return self._predictor.run(pictures)[0]

    def part(self, rows: Rows, taps: Sequence[Tap]) -> Rows:
        """Return the numbers of some of the taps, in their order in a network with these alone."""
        return np.concatenate([rows[:, self.columns[tap]] for tap in sorted(set(taps))], axis=1)
