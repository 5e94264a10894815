"""Dead channels and the spread of what activations read, beside torch's own forward pass."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from convscope.explain.features import layer_outputs
from convscope.nn import Net, build
from tests.page.js.learn.node import Learner, page_nodes
from tests.page.js.learn.test_session import begin, talk
from tests.page.js.learn.test_training import SPEC, digits, network, pictures

pytestmark = pytest.mark.medium

FORMULA = "conv(6, 3, pad=1) + relu + conv(12, 3) + bn + leaky_relu(0.1) + fc(16) + relu + fc"


@pytest.mark.parametrize("batch", [8, 13])  # whole groups of eight lanes, and a last one that is not full
def test_activations_are_watched_as_torch_sees_them(learn: Learner, batch: int) -> None:
    net = build(network(FORMULA), SPEC, 3).eval()
    weights = net.state_dict()
    weights["conv1.bias"][2] = -100.0  # two channels that answer to nothing, and one that answers below zero only
    weights["fc1.bias"][5] = -100.0
    weights["conv2.weight"][4] = 0.0
    weights["bn1.bias"][4] = -3.0
    net.load_state_dict(weights)
    found = learn.call(
        "activity",
        nodes=page_nodes(network(FORMULA)),
        input=SPEC.to_json(),
        pictures=pictures(0, 100),
        batch=batch,
        tensors={name: value.numpy() for name, value in weights.items()},
    )
    outputs = outputs_of(net)
    assert [one["name"] for one in found] == ["relu1", "leaky_relu1", "relu2"]
    for one in found:
        reads, answers = outputs[one["name"]]
        silent = (answers == 0).flatten(2).all(2).all(0) if answers.ndim > 2 else (answers == 0).all(0)
        assert one["dead"] == int(silent.sum())
        assert one["channels"] == answers.shape[1]
        assert one["mean"] == pytest.approx(reads.double().mean().item(), rel=1e-4, abs=1e-5)
        assert one["std"] == pytest.approx(reads.double().std(correction=0).item(), rel=1e-5)
    assert [one["dead"] for one in found][1] == 0, "an activation that leaks is never quite silent"
    assert found[0]["dead"] >= 1
    assert found[2]["dead"] >= 1


def outputs_of(net: Net) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Return what each node but the first reads and answers for 100 digits, by its name."""
    outputs = layer_outputs(net, torch.from_numpy(digits()[0][:100]))
    return {name: (before, after) for (_, before), (name, after) in pairwise(outputs.items())}


def test_a_session_watches_the_pictures_that_it_was_told_to(learn: Learner) -> None:
    asked = begin(others={"seen": pictures(0, 50), "new": pictures(1000, 1050)}, every=6, inside="new")
    measured = [one for one in talk(learn, asked, 60) if one["say"] == "measured"]
    assert [(one["step"], one["of"], "layers" in one) for one in measured] == [
        (step, of, of == "new") for step in (0, 6, 12) for of in ("seen", "new")
    ]
    stds = [[layer["std"] for layer in one["layers"]] for one in measured if one["of"] == "new"]
    assert len({tuple(one) for one in stds}) == 3, "it is of the weights of that step"
