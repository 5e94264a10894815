"""SGD against torch.optim and against its formula written by hand."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor

from convscope.training.sgd import SGD

SETTINGS = pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
DECAYS = pytest.mark.parametrize("weight_decay", [0.0, 5e-4])
FACTORS = (1.0, 0.5, 0.25, 1.0)


def parameters() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = {"conv1.weight": (6, 2, 3, 5), "bn1.weight": (6,), "fc1.weight": (4, 6), "fc1.bias": (4,)}
    return {name: torch.randn(shape, generator=generator).requires_grad_() for name, shape in shapes.items()}


def give_gradients(to: dict[str, Tensor], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for parameter in to.values():
        parameter.grad = torch.randn(parameter.shape, generator=generator)


@DECAYS
@SETTINGS
def test_it_is_torchs_class_to_the_bit(momentum: float, nesterov: bool, weight_decay: float) -> None:
    ours, theirs = parameters(), parameters()
    mine = SGD(ours, 0.07, momentum, nesterov, weight_decay)
    reference = torch.optim.SGD(
        list(theirs.values()), 0.07, momentum, nesterov=nesterov, weight_decay=weight_decay, foreach=True
    )
    for step, lr_factor in enumerate(FACTORS):
        for values in (ours, theirs):
            give_gradients(values, step)
        reference.param_groups[0]["lr"] = 0.07 * lr_factor
        mine.step(lr_factor)
        reference.step()
        for name in ours:
            assert torch.equal(ours[name], theirs[name]), (step, name)


@DECAYS
@SETTINGS
def test_it_is_the_formula(momentum: float, nesterov: bool, weight_decay: float) -> None:
    """g ← g + decay·w; b ← momentum·b + g; w ← w − lr·(g + momentum·b if Nesterov, else b)."""
    ours, byhand = parameters(), {name: p.detach().clone() for name, p in parameters().items()}
    buffers = {name: torch.zeros_like(p) for name, p in byhand.items()}
    mine = SGD(ours, 0.07, momentum, nesterov, weight_decay)
    for step, lr_factor in enumerate(FACTORS):
        give_gradients(ours, step)
        for name, parameter in ours.items():
            assert parameter.grad is not None
            g = parameter.grad + weight_decay * byhand[name]
            buffers[name] = momentum * buffers[name] + g
            byhand[name] -= 0.07 * lr_factor * (g + momentum * buffers[name] if nesterov else buffers[name])
        mine.step(lr_factor)
        for name, parameter in ours.items():
            torch.testing.assert_close(parameter.detach(), byhand[name])
    assert list(mine.momentum_buffers) == (list(ours) if momentum else [])
    for name, buffer in mine.momentum_buffers.items():
        torch.testing.assert_close(buffer, buffers[name])


@pytest.mark.slow
def test_it_does_without_the_compiler_that_torch_optim_imports() -> None:
    code = (
        "import sys, torch\nfrom convscope.training.sgd import SGD\np = torch.ones(3, requires_grad=True)\n"
        "s = SGD({'p': p}, 0.5, 0.9, True, 0.0)\np.grad = torch.ones(3)\ns.step(1.0)\n"
        "print('torch._dynamo' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False"]
