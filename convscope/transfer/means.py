"""The means of a network's last maps: what it knows of a whole picture, in the words of its old classes' features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..formula import Flatten, GlobalAvgPool, Network, Plan, trace
from ..formula.plan import Chain
from ..modelfile import ModelFile, serialise
from ..modelfile.graph import weight_shapes
from ..modelfile.reading import check
from ..pictures.input_spec import InputSpec
from ..prediction import Predictor

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Rows = np.ndarray[Any, np.dtype[np.float32]]


class LastMeans:
    """A model file's network up to its gap, for pictures of `shape` (C, H, W): one number a map.

    Raises InputError for a network without a gap in its chain, or of other channels; PlanError where it does not fit
    the size.
    """

    def __init__(self, file: ModelFile, shape: tuple[int, int, int]) -> None:
        if shape[0] != file.spec.shape[0]:
            raise InputError("features.channels", where=str(file.path), got=shape[0], expected=f"{file.spec.shape[0]}")
        network = trace(_up_to_gap(file), shape)
        self.width = network.nodes[-1].output[0]
        weights = {name: file.weights[name] for name in weight_shapes(network)}
        spec = InputSpec(shape, file.spec.mean, file.spec.std)
        self._file = _file_of(network, spec, weights, self.width)
        self._predictor = Predictor(self._file)

    @property
    def identity(self) -> str:
        """The digest of all that is computed."""
        return self._file.digest

    def of(self, pictures: Pixels) -> Rows:
        """Return the means, float32 (n, F), of pictures uint8 (n, C, H, W)."""
        return self._predictor.run(pictures)[0]


def _up_to_gap(file: ModelFile) -> Plan:
    parts = file.plan.parts if isinstance(file.plan, Chain) else (file.plan,)
    places = [at for at, part in enumerate(parts) if isinstance(part, GlobalAvgPool)]
    if not places or places[0] == 0:
        raise InputError("features.gap", where=str(file.path), got=file.formula)
    return Chain((*parts[: places[0] + 1], Flatten()))


def _file_of(network: Network, spec: InputSpec, weights: dict[str, Rows], width: int) -> ModelFile:
    """Return a network without classes as a model file: its numbers take the place of scores."""
    network = trace(network.plan, network.input, width)
    data = serialise(network, spec, weights, [str(n) for n in range(width)])
    return ModelFile(Path("features"), check(data, "features"), data)
