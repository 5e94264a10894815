"""The third back end: random plans give the same numbers in Chromium as in torch, at every layer.

The same plans and the same comparison as tests/conformance/test_onnx.py. What the page derives from these numbers is
held to torch and convscope.formula in test_derived.py and test_engine_figures.py.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium import webdriver

from convscope.explain.payload.encoding import ScaledBytes, decode
from convscope.explain.payload.travel import rounded
from convscope.formula import Network, parse, trace
from convscope.pictures.input_spec import InputSpec
from tests.browser.engine_page import EnginePage
from tests.corners import FEATURES, corners, features
from tests.reference import assert_agree, random_pictures, random_weights, reference
from tests.strategies import networks, specs

pytestmark = pytest.mark.browser
Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("engine"))


@pytest.mark.parametrize("examples", [150, pytest.param(2000, marks=(pytest.mark.slow, pytest.mark.long))])
def test_every_layers_output_is_torchs(page: EnginePage, examples: int) -> None:
    occurred: Counter[str] = Counter()
    worst = 0.0

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(networks(), st.data(), st.integers(0, 2**32 - 1))
    def agree(network: Network, data: st.DataObject, seed: int) -> None:
        check(network, data.draw(specs(network.input)), seed)

    def check(network: Network, spec: InputSpec, seed: int) -> None:
        nonlocal worst
        weights, pictures = random_weights(network, seed), random_pictures(network, seed, 2)
        page.load(network, spec, weights)
        wanted = reference(network, spec, weights, pictures)
        worst = max(worst, assert_agree(network, page.outputs(network, pictures), wanted))
        occurred.update(set(features(network)))

    for seed, (network, spec) in enumerate(corners()):
        check(network, spec, seed)
    agree()
    print(f"{examples} plans; largest difference {worst:.1e} of a layer's largest magnitude")
    assert occurred.keys() >= FEATURES, f"never occurred: {sorted(FEATURES - occurred.keys())}"


def test_weights_in_half_precision_are_read_to_the_bit(page: EnginePage) -> None:
    """Subnormal ones too: the smallest that half precision has is 2^-24."""
    network = trace(parse("conv(40, 3) + bn + relu + conv(8, 3, groups=4) + gap + fc"), (3, 9, 8), 3)
    spec, weights = InputSpec(network.input), random_weights(network, 4)
    halves = {name: values.astype(np.float16).astype(np.float32) for name, values in weights.items()}
    halves["conv1.weight"][::2] *= 2.0**-20
    halves["conv1.weight"] = halves["conv1.weight"].astype(np.float16).astype(np.float32)
    assert 0 < np.abs(halves["conv1.weight"][halves["conv1.weight"] != 0]).min() < 2.0**-14
    page.load(network, spec, halves)
    pictures = random_pictures(network, 4, 2)
    assert_agree(network, page.outputs(network, pictures), reference(network, spec, halves, pictures))


def test_weights_in_eight_bits_are_read_as_python_reads_them(page: EnginePage) -> None:
    network = trace(parse("conv(40, 3) + relu + conv(8, 3, groups=4) + gap + fc"), (3, 9, 8), 3)
    spec, sent = InputSpec(network.input), rounded(random_weights(network, 5), 8)
    read = {name: decode(t.to_json()) if isinstance(t, ScaledBytes) else t for name, t in sent.items()}
    assert sum(isinstance(t, ScaledBytes) for t in sent.values()) == 3
    page.load(network, spec, sent)
    pictures = random_pictures(network, 5, 2)
    assert_agree(network, page.outputs(network, pictures), reference(network, spec, read, pictures))
