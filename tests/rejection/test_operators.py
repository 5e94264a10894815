"""The score in the graph: ONNX Runtime gives what numpy and the record say, for every kind of picture."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from convscope.modelfile import serialise
from convscope.rejection.operators import CENTRE, WHITENING, shapes
from convscope.rejection.statistics import statistics
from tests.rejection.made import rejecting
from tests.samples import sample


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 19, 24), (2, 6, 9), (3, 5, 4), (1, 4, 4)])
def test_the_graph_computes_the_score(shape: tuple[int, int, int]) -> None:
    fitted = rejecting(shape, 3)
    made = sample("conv(2, 3) + relu + gap + fc", shape, 3)
    session = onnxruntime.InferenceSession(serialise(*made, rejection=fitted), providers=["CPUExecutionProvider"])
    pictures = np.random.default_rng(5).integers(0, 200, (7, *shape), dtype=np.uint8)
    logits, outsider = session.run(["logits", "outsider"], {"pictures": pictures})
    apart = np.linalg.norm((statistics(pictures) - fitted.tensors[CENTRE]) @ fitted.tensors[WHITENING], axis=1)
    picture, scores = fitted.rejection.parts
    far = np.maximum((apart - picture.middle) / picture.spread, 0)
    silent = np.maximum((-logits.max(1) - scores.middle) / scores.spread, 0)
    expected = np.sqrt(far**2 + silent**2)
    np.testing.assert_allclose(outsider, expected, rtol=0, atol=2e-4)
    assert {name: array.shape for name, array in fitted.tensors.items()} == shapes(shape)
