"""The score in the graph: ONNX Runtime gives what numpy and the record say, for every kind of picture and network."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest

from convscope.modelfile import serialise
from convscope.rejection.features import Features
from convscope.rejection.mahalanobis import ClassGaussians, averaged, distances
from convscope.rejection.operators import LEARNED, shapes
from convscope.rejection.statistics import statistics
from tests.rejection.made import READ, rejecting
from tests.samples import sample


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("formula", "shape"), READ)
@pytest.mark.medium
def test_the_graph_computes_the_score(formula: str, shape: tuple[int, int, int], frozen: bool) -> None:
    made = sample(formula, shape, 3)
    fitted, layout = rejecting(made[0], frozen=frozen), Features.of(made[0])
    model = onnx.load_from_string(serialise(*made, rejection=fitted))
    model.graph.output.append(onnx.ValueInfoProto(name=layout.name))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    pictures = np.random.default_rng(5).integers(0, 200, (7, *shape), dtype=np.uint8)
    outsider, features = session.run(["outsider", layout.name], {"pictures": pictures})
    tensors = [fitted.tensors[name] for name in LEARNED]
    apart = distances(statistics(pictures), *tensors[:2])
    classes, values = ClassGaussians(*tensors[2:]), averaged(features.reshape(7, -1), layout)
    parts = [apart, classes.distances(values), *([classes.background_distances(values)] if frozen else [])]
    far = [
        np.maximum((values - part.middle) / part.spread, 0)
        for part, values in zip(fitted.rejection.parts, parts, strict=True)
    ]
    np.testing.assert_allclose(outsider, np.sqrt(np.square(far).sum(0)), rtol=1e-4, atol=2e-4)
    assert {name: array.shape for name, array in fitted.tensors.items()} == shapes(made[0])
