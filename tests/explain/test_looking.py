"""Whatever looks at a module leaves it as it was: hooks, gradients, buffers, modes, random state; after an error too.

The module under test does all it can to be changed: one of its layers draws random numbers, counts in a buffer,
switches to training mode and, if asked, fails.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import convscope
from convscope.data.dataset import Dataset
from convscope.explain import dead_units, features, patches, saliency
from convscope.explain.imported.steps import steps
from convscope.explain.payload.channels import channel_cards
from convscope.explain.payload.gather import gather
from convscope.explain.subject.examples import choose_examples
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_module, subject_of_net
from convscope.nn import Net
from convscope.pictures.input_spec import InputSpec
from tests.explain.nets import Pixels, net_of, pixels

CLASSES = ("a", "b", "c")
Look = Callable[[Any, Pixels], object]


def data(x: Pixels) -> Dataset:
    return convscope.datasets.arrays(x, np.arange(len(x)) % 3, classes=CLASSES)


def cards(net: Net, x: Pixels) -> object:
    return channel_cards(net, choose_examples(data(x), subject_of_net(net, CLASSES)))


def gathered(net: Net, x: Pixels) -> object:
    subject = subject_of_net(net, CLASSES)
    return gather(subject, Samples(x, (None,) * len(x), ("",) * len(x)), choose_examples(data(x), subject))


OF_NETS: dict[str, Look] = {
    "count_activity": dead_units.count_activity,
    "extremes": lambda net, x: patches.extremes(net, x, "conv1"),
    "channel_cards": cards,
    "gather": gathered,
    "grad_cam without a layer": lambda net, x: saliency.grad_cam(net, x, 0),
}
OF_MODULES: dict[str, Look] = {
    "feature_maps": features.feature_maps,
    "layer_outputs": lambda module, x: features.layer_outputs(module, torch.from_numpy(x).float()),
    "scores": features.scores,
    "grad_cam": lambda module, x: saliency.grad_cam(module, x, 0, "conv1"),
    "occlusion": lambda module, x: saliency.occlusion(module, x, 0),
    "steps": lambda module, x: steps(module, torch.from_numpy(x).float()),
    "subject_of_module": lambda module, x: subject_of_module(module, InputSpec(x.shape[1:]), x),
    "look": lambda module, x: convscope.look(module, [data(x)]),
}


def foreign() -> nn.Module:
    """Return a module that is no Net, with a layer that the formula does not have."""
    module = nn.Sequential()
    module.add_module("conv1", nn.Conv2d(1, 4, 3))
    module.add_module("norm", nn.BatchNorm2d(4))
    module.add_module("odd", nn.Softsign())
    module.add_module("drop", nn.Dropout(0.5))
    module.add_module("flat", nn.Flatten())
    module.add_module("head", nn.Linear(4 * 10 * 9, 3))
    return module


class Unruly:
    """A forward hook: draws, counts in a buffer, changes the mode, and fails if asked."""

    def __init__(self, whole: nn.Module, fail: bool) -> None:
        self.whole, self.fail, self.calls = whole, fail, 0

    def __call__(self, layer: nn.Module, inputs: object, output: Tensor) -> None:
        self.calls += 1
        count = layer.get_buffer("count")
        count += torch.rand(1) + random.random() + np.random.rand()
        self.whole.train()
        if self.fail:
            raise RuntimeError("unruly")


def state(module: nn.Module) -> dict[str, object]:
    """Return everything that looking might change, as values that can be compared."""
    return {
        "tensors": {name: tensor.tolist() for name, tensor in module.state_dict().items()},
        "modes": [m.training for m in module.modules()],
        "needs": [p.requires_grad for p in module.parameters()],
        "gradients": [None if p.grad is None else p.grad.tolist() for p in module.parameters()],
        "hooks": [
            [list(hooks) for name, hooks in vars(m).items() if name.endswith("hooks") and isinstance(hooks, dict)]
            for m in module.modules()
        ],
        "random": (torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()),
    }


@pytest.mark.parametrize("fail", [False, True], ids=["", "failing"])
@pytest.mark.parametrize(
    ("make", "look"),
    [
        *(pytest.param("net", look, id=f"net-{name}") for name, look in (OF_NETS | OF_MODULES).items()),
        *(pytest.param("foreign", look, id=f"foreign-{name}") for name, look in OF_MODULES.items()),
    ],
)
@pytest.mark.medium
def test_looking_leaves_everything_as_it_was(make: str, look: Look, fail: bool) -> None:
    module = net_of("conv(4, 3) + bn + relu + dropout(0.5) + fc").train() if make == "net" else foreign().train()
    first = module.get_submodule("conv1")
    assert isinstance(first, nn.Conv2d)
    first.register_buffer("count", torch.zeros(1))
    unruly = Unruly(module, fail)
    first.register_forward_hook(unruly)
    first.weight.requires_grad_(False)
    assert first.bias is not None
    first.bias.grad = torch.ones_like(first.bias)
    module.get_submodule("drop" if make == "foreign" else "dropout1").eval()
    before, kept = state(module), first.bias.grad
    if fail:
        with pytest.raises(Exception, match="unruly"):
            look(module, pixels(4))
    else:
        look(module, pixels(4))
    assert unruly.calls > 0
    assert state(module) == before
    assert first.bias.grad is kept
