"""Muon against the singular value decomposition, and its step written by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convscope.training.muon import Muon, orthogonal


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
    for step, lr_factor in enumerate((0.3, 1.0, 0.5)):
        w.grad = torch.randn(w.shape, generator=torch.Generator().manual_seed(step))
        g = w.grad
        b = 0.6 * b + g
        u = g + 0.6 * b
        x = x * (6**0.5 / x.norm())
        x = x - 0.1 * lr_factor * orthogonal(u.reshape(6, 30)).reshape(6, 2, 3, 5)
        muon.step(lr_factor)
        torch.testing.assert_close(w.detach(), x)
    torch.testing.assert_close(muon.momentum_buffers["conv1.weight"], b)


def test_muon_does_not_mind_the_layout_of_memory() -> None:
    flat = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(5))
    results = []
    for layout in (torch.contiguous_format, torch.channels_last):
        w = flat.clone().to(memory_format=layout).requires_grad_()
        w.grad = torch.randn(w.shape, generator=torch.Generator().manual_seed(0))
        Muon({"w": w}, 0.1, 0.6).step(1.0)
        results.append(w.detach())
    torch.testing.assert_close(results[0], results[1])
