"""For random plans, torch and the shipped ONNX file give the same numbers at every layer.

To extend it: a new layer or option is drawn in tests/strategies.py and listed in tests/corners.py, so that its absence
is a failure; a new back end is one function like onnx_engine.outputs, compared by assert_agree.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.formula import Network
from convscope.modelfile import serialise
from convscope.pictures.input_spec import InputSpec
from tests.conformance import onnx_engine
from tests.corners import FEATURES, corners, features
from tests.reference import assert_agree, random_pictures, random_weights, reference
from tests.strategies import networks, specs

EXAMPLES = 400


@pytest.mark.slow
def test_every_layers_output_is_torchs() -> None:
    seen: Counter[str] = Counter()
    worst = 0.0

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
    @given(networks(), st.data(), st.integers(0, 2**32 - 1))
    def agree(network: Network, data: st.DataObject, seed: int) -> None:
        check(network, data.draw(specs(network.input)), seed)

    def check(network: Network, spec: InputSpec, seed: int) -> None:
        nonlocal worst
        weights, pictures = random_weights(network, seed), random_pictures(network, seed)
        file = serialise(network, spec, weights, [str(k) for k in range(network.classes)])
        onnx.checker.check_model(file, full_check=True)
        wanted = reference(network, spec, weights, pictures)
        worst = max(worst, assert_agree(network, onnx_engine.outputs(file, network, pictures), wanted))
        _check_ends(file, pictures, wanted[-1].reshape(len(pictures), -1))
        seen.update(set(features(network)))

    for seed, (network, spec) in enumerate(corners()):
        check(network, spec, seed)
    agree()
    print(f"{EXAMPLES} plans; largest difference {worst:.1e} of a layer's largest magnitude")
    assert seen.keys() >= FEATURES, f"never occurred: {sorted(FEATURES - seen.keys())}"


def _check_ends(file: bytes, pictures: np.ndarray, wanted: np.ndarray) -> None:
    """The file as it is, optimised by the runtime, gives the same logits and their softmax, for any number of
    pictures."""
    runtime = onnx_engine.session(file)
    logits, probabilities = (np.asarray(v) for v in runtime.run(["logits", "probabilities"], {"pictures": pictures}))
    assert logits.shape == wanted.shape
    assert np.abs(logits - wanted).max() <= 1e-4 * max(float(np.abs(wanted).max()), 1e-30)
    powers = np.exp(wanted - wanted.max(axis=1, keepdims=True))
    np.testing.assert_allclose(probabilities, powers / powers.sum(axis=1, keepdims=True), atol=2e-4)
    (one,) = runtime.run(["logits"], {"pictures": pictures[:1]})
    np.testing.assert_allclose(np.asarray(one), logits[:1], atol=1e-4 * max(float(np.abs(wanted).max()), 1e-30))
