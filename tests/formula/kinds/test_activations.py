"""Activations: what their operators compute in a model file is torch's, and where they saturate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convscope.formula import parse, trace
from convscope.formula.kinds import KINDS
from convscope.formula.kinds.activations import Activation
from convscope.modelfile import serialise
from convscope.nn.table import TORCH
from convscope.pictures.input_spec import InputSpec
from tests.conformance import onnx_engine
from tests.reference import random_weights

ACTIVATIONS = [kind for kind in KINDS if issubclass(kind, Activation)]
SATURATED = {
    "relu6": (6.0,),
    "elu": (-1.0,),
    "clip": (-1.0, 1.0),
    "softplus": (0.0,),
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}


@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.name)
def test_operators_are_torchs_from_minus_8_to_8(kind: type[Activation]) -> None:
    network = trace(parse(f"conv(1, 1) + {kind.name} + fc"), (1, 1, 256), 2)
    weights = random_weights(network, 0)
    weights["conv1.weight"][:], weights["conv1.bias"][:] = 16, -8
    file = serialise(network, InputSpec((1, 1, 256)), weights, ["a", "b"])
    pictures = np.arange(256, dtype=np.uint8).reshape(1, 1, 1, 256)
    before, after, *_ = onnx_engine.outputs(file, network, pictures)
    assert (before.min(), before.max()) == (-8, 8)
    wanted = TORCH[kind].make(kind(), network.nodes[1])(torch.from_numpy(before)).detach().numpy()
    np.testing.assert_allclose(after, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.name)
def test_a_unit_saturates_where_torchs_function_is_flat_but_not_silent(kind: type[Activation]) -> None:
    ends = kind().ends
    assert ends == SATURATED.get(kind.name, ())
    network = trace(parse(f"{kind.name} + fc"), (1, 1, 2), 2)
    far = TORCH[kind].make(kind(), network.nodes[0])(torch.tensor([[[[-1e3, 1e3]]]])).flatten().tolist()
    assert set(ends) <= set(far)
