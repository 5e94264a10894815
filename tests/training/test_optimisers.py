"""Optimisers against torch.optim and against the singular value decomposition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from convscope.training.optimisers import SGD, Muon, orthogonal


def parameters(seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = {"conv1.weight": (6, 2, 3, 5), "bn1.weight": (6,), "fc1.weight": (4, 6), "fc1.bias": (4,)}
    return {name: torch.randn(shape, generator=generator).requires_grad_() for name, shape in shapes.items()}


def give_gradients(to: list[Tensor], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for p in to:
        p.grad = torch.randn(p.shape, generator=generator)


@pytest.mark.parametrize("weight_decay", [0.0, 5e-4])
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_sgd_is_torchs_to_the_bit(momentum: float, nesterov: bool, weight_decay: float) -> None:
    ours, theirs = parameters(), parameters()
    mine = SGD(ours, 0.07, momentum, nesterov, weight_decay)
    reference = torch.optim.SGD(
        list(theirs.values()), 0.07, momentum, nesterov=nesterov, weight_decay=weight_decay, foreach=True
    )
    for step, share in enumerate((1.0, 0.5, 0.25, 1.0)):
        for values in (ours, theirs):
            give_gradients(list(values.values()), step)
        reference.param_groups[0]["lr"] = 0.07 * share
        mine.step(share)
        reference.step()
        for name in ours:
            assert torch.equal(ours[name], theirs[name]), (step, name)


def test_sgd_without_a_gradient_still_decays() -> None:
    p = torch.ones(3, requires_grad=True)
    SGD({"p": p}, 0.1, 0.0, False, 0.5).step(1.0)
    torch.testing.assert_close(p.detach(), torch.full((3,), 0.95))


def polynomial(s: np.ndarray, iterations: int) -> np.ndarray:
    for _ in range(iterations):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    return s


@pytest.mark.parametrize("shape", [(5, 11), (11, 5), (7, 7), (1, 9)])
@pytest.mark.parametrize("iterations", [1, 3, 5])
def test_orthogonal_keeps_singular_vectors_and_maps_singular_values(shape: tuple[int, int], iterations: int) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    u, s, v = np.linalg.svd(x.numpy(), full_matrices=False)
    expected = u @ np.diag(polynomial(s / np.linalg.norm(s), iterations)) @ v
    np.testing.assert_allclose(orthogonal(x, iterations).numpy(), expected, atol=1e-6)
    np.testing.assert_allclose(orthogonal(x.float(), iterations).numpy(), expected, atol=1e-4)


def test_three_iterations_bring_large_singular_values_near_1() -> None:
    reached = polynomial(np.linspace(0.05, 1, 500), 3)
    assert reached.min() > 0.65
    assert reached.max() < 1.25
    assert not orthogonal(torch.zeros(3, 4)).any()


def test_muon_step_by_step() -> None:
    w = torch.randn(6, 2, 3, 5, generator=torch.Generator().manual_seed(4)).requires_grad_()
    x, b = w.detach().clone(), torch.zeros_like(w)
    muon = Muon({"conv1.weight": w}, lr=0.1, momentum=0.6)
    for step, share in enumerate((0.3, 1.0, 0.5)):
        give_gradients([w], step)
        g = w.grad
        assert g is not None
        b = 0.6 * b + g
        u = g + 0.6 * b
        x = x * (6**0.5 / x.norm())
        x = x - 0.1 * share * orthogonal(u.reshape(6, 30)).reshape(6, 2, 3, 5)
        muon.step(share)
        torch.testing.assert_close(w.detach(), x)
    torch.testing.assert_close(muon.state["conv1.weight.momentum"], b)


def test_muon_does_not_mind_the_layout_of_memory() -> None:
    flat = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(5))
    results = []
    for layout in (torch.contiguous_format, torch.channels_last):
        w = flat.clone().to(memory_format=layout).requires_grad_()
        give_gradients([w], 0)
        Muon({"w": w}, 0.1, 0.6).step(1.0)
        results.append(w.detach())
    torch.testing.assert_close(results[0], results[1])


def test_nothing_to_do_is_done() -> None:
    SGD({}, 0.1, 0.9, True, 0.0).step(1.0)
    Muon({}, 0.1, 0.6).step(1.0)
