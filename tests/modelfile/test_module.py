"""From torch to the file and back: the same network."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings

from convscope.formula import Network
from convscope.modelfile import serialise
from convscope.modelfile.reading import ModelFile, check
from convscope.nn import build, load_weights
from convscope.pictures.input_spec import InputSpec
from tests.reference import random_pictures, random_weights
from tests.strategies import networks


@given(networks())
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@pytest.mark.medium
def test_logits_are_bit_for_bit_those_of_the_net_it_was_written_from(network: Network) -> None:
    from pathlib import Path

    spec = InputSpec(network.input)
    net = load_weights(build(network, spec), random_weights(network, 0)).eval()
    data = serialise(network, spec, net.weights(), [str(k) for k in range(network.classes)])
    file = ModelFile(Path("model.onnx"), check(data, "it"), data)
    again = load_weights(build(file.network, file.spec, seed=1), file.weights).eval()
    pictures = torch.from_numpy(random_pictures(network, 0))
    assert torch.equal(net(pictures), again(pictures))
