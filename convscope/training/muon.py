"""Muon for convolution filters that BatchNorm follows: momentum whose singular values are made equal (Jordan 2024)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Muon:
    """Orthogonalised momentum, in airbench's variant: b ← m·b + g; u = g + m·b; w ← w·√F/‖w‖; w ← w − lr·orthogonal(u).

    Each filter bank (F, C, k, k) is taken as a matrix F × (C·k·k). BatchNorm makes the length of w meaningless, so it
    is set; without BatchNorm behind them use SGD. `momentum_buffers` holds b by the parameter's name.
    """

    def __init__(self, parameters: dict[str, Tensor], lr: float, momentum: float) -> None:
        self.parameters = list(parameters.values())
        self.lr, self.momentum = lr, momentum
        self.momentum_buffers = {name: torch.zeros_like(p) for name, p in parameters.items()}
        self.lengths = [math.sqrt(len(p)) for p in self.parameters]

    @torch.no_grad()
    def step(self, lr_factor: float) -> None:
        """Move every filter bank by one step at `lr_factor` times the learning rate."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        buffers = list(self.momentum_buffers.values())
        torch._foreach_mul_(buffers, self.momentum)
        torch._foreach_add_(buffers, gradients)
        updates = torch._foreach_add(gradients, buffers, alpha=self.momentum)
        norms = torch._foreach_norm(self.parameters)
        torch._foreach_clamp_min_(norms, 1e-7)
        torch._foreach_reciprocal_(norms)
        torch._foreach_mul_(norms, self.lengths)
        torch._foreach_mul_(self.parameters, norms)
        steps = [orthogonal(u.flatten(1)).view(u.shape) for u in updates]
        torch._foreach_add_(self.parameters, steps, alpha=-self.lr * lr_factor)


def orthogonal(x: Tensor, iterations: int = 3) -> Tensor:
    """Return about U·Vᵀ of x = U·S·Vᵀ, (F, n): every singular value near 1, in place of its own.

    Newton-Schulz iteration x ← p(A)·x with p(A) = 3.4445 − 4.7750·A + 2.0315·A² and A = x·xᵀ, from x/‖x‖ (Jordan 2024):
    a polynomial of odd powers changes the singular values alone, and this one draws them quickly to between 0.7 and
    1.2. All p(A) commute, so they are multiplied up as small matrices, A ← p(A)²·A, and reach x once, at the end.
    """
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    a = x @ x.T
    whole = a
    for i in range(iterations):
        p = torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315)
        p.diagonal().add_(3.4445)
        whole = p @ whole if i else p
        if i < iterations - 1:
            a = p @ a @ p
    x = whole @ x
    return x.T if tall else x
