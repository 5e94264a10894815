"""What each kind of layer says of itself is so: whether it is affine, mixes channels, and its tensors' shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium import webdriver

from convscope.formula import Network
from convscope.formula.kinds import KINDS
from convscope.pictures.input_spec import InputSpec
from tests.browser.engine_page import EnginePage
from tests.corners import corners
from tests.reference import random_weights
from tests.strategies import networks

pytestmark = pytest.mark.browser

ADDED = ("position", "tokens")  # what they learn is added or put beside, and no factor of a channel


def test_traits_are_what_the_numbers_show(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Affine is what keeps sums; what mixes channels has a weight for pairs of them, so a tensor with a second axis; a
    tensor's shape is torch's.
    """
    page = EnginePage(browser, tmp_path_factory.mktemp("traits"))
    affine, mixes, apart = dict[str, bool](), dict[str, bool](), dict[str, float]()
    weighs = dict[str, bool]()

    def look(network: Network, seed: int) -> None:
        weights = random_weights(network, seed)
        page.load(network, InputSpec(network.input), weights)
        largest = max(int(np.prod(shape)) for node in network.nodes for shape in node.inputs)
        some = np.random.default_rng(seed).normal(0, 3, 2 * largest).tolist()
        for node, found in zip(network.nodes, page.call("traits", some), strict=True):
            shapes = {n.split(".")[1]: list(w.shape) for n, w in weights.items() if n.startswith(f"{node.name}.")}
            shapes.pop("num_batches_tracked", None)
            assert found["shapes"] == shapes, node
            kind = found["kind"]
            affine[kind], mixes[kind] = found["affine"], found["mixes"]
            apart[kind] = max(apart.get(kind, 0), found["apart"])
            pairs = kind not in ADDED and any(len(shape) > 1 and shape[1] > 1 for shape in shapes.values())
            weighs[kind] = weighs.get(kind, False) or pairs

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(networks(max_channels=3, max_size=9), st.integers(0, 2**32 - 1))
    def look_at_some(network: Network, seed: int) -> None:
        look(network, seed)

    for seed, (network, _) in enumerate(corners()):
        look(network, seed)
    look_at_some()
    assert set(affine) >= {kind.name for kind in KINDS}
    assert affine == {kind: difference < 1e-9 for kind, difference in apart.items()}, apart
    assert mixes == weighs
