"""Optimisers as a few list-wise tensor operations: SGD with momentum, and Muon for convolution filters.

Both take the gradients their parameters hold, and keep their state as named tensors that a checkpoint stores as they
are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

Work = Callable[[Tensor], Tensor]
Each = Callable[[Work, Sequence[Tensor], Sequence[float]], list[Tensor]]


def alone(work: Work, matrices: Sequence[Tensor], costs: Sequence[float]) -> list[Tensor]:
    """Do `work` on every matrix here; several processes share it out by the costs (see team)."""
    return [work(matrix) for matrix in matrices]


class Optimiser(Protocol):
    """What the training loop needs: one step at a share of the peak learning rate, and the state by name."""

    state: dict[str, Tensor]

    def step(self, share: float, each: Each = alone) -> None: ...


class SGD:
    """Stochastic gradient descent with weight decay and (Nesterov) momentum, the arithmetic of torch.optim.SGD.

    g ← g + decay·w; b ← momentum·b + g; w ← w − lr·(g + momentum·b if Nesterov, else b).
    """

    def __init__(
        self, parameters: dict[str, Tensor], lr: float, momentum: float, nesterov: bool, weight_decay: float
    ) -> None:
        self.parameters = list(parameters.values())
        self.lr, self.momentum, self.nesterov, self.weight_decay = lr, momentum, nesterov, weight_decay
        self.state = {f"{n}.momentum": torch.zeros_like(p) for n, p in parameters.items()} if momentum else {}

    @torch.no_grad()
    def step(self, share: float, each: Each = alone) -> None:
        """Move every parameter by one step at `share` of the learning rate."""
        steps = [_gradient(p) for p in self.parameters]
        if not steps:
            return
        if self.weight_decay:
            steps = list(torch._foreach_add(steps, self.parameters, alpha=self.weight_decay))
        if self.momentum:
            buffers = list(self.state.values())
            torch._foreach_mul_(buffers, self.momentum)
            torch._foreach_add_(buffers, steps)
            steps = list(torch._foreach_add(steps, buffers, alpha=self.momentum)) if self.nesterov else buffers
        torch._foreach_add_(self.parameters, steps, alpha=-self.lr * share)


class Muon:
    """Orthogonalised momentum for convolution filters that BatchNorm follows (Jordan 2024, "Muon", airbench's variant).

    b ← m·b + g; u = g + m·b; w ← w·√F/‖w‖; w ← w − lr·orthogonal(u), each filter bank as a matrix F × (C·k·k).
    BatchNorm makes the length of w meaningless, so it is set; without BatchNorm behind them use SGD.
    """

    def __init__(self, parameters: dict[str, Tensor], lr: float, momentum: float) -> None:
        self.parameters = list(parameters.values())
        self.lr, self.momentum = lr, momentum
        self.state = {f"{n}.momentum": torch.zeros_like(p) for n, p in parameters.items()}
        self.lengths = [math.sqrt(len(p)) for p in self.parameters]
        self.costs = [cost(len(p), p[0].numel()) for p in self.parameters]

    @torch.no_grad()
    def step(self, share: float, each: Each = alone) -> None:
        """Move every filter bank by one step at `share` of the learning rate; `each` does the work on them."""
        if not self.parameters:
            return
        gradients, buffers = [_gradient(p) for p in self.parameters], list(self.state.values())
        torch._foreach_mul_(buffers, self.momentum)
        torch._foreach_add_(buffers, gradients)
        updates = torch._foreach_add(gradients, buffers, alpha=self.momentum)
        norms = torch._foreach_norm(self.parameters)
        torch._foreach_clamp_min_(norms, 1e-7)
        torch._foreach_reciprocal_(norms)
        torch._foreach_mul_(norms, self.lengths)
        torch._foreach_mul_(self.parameters, norms)
        made = each(orthogonal, [u.flatten(1) for u in updates], self.costs)
        steps = [m.view(u.shape) for m, u in zip(made, updates, strict=True)]
        torch._foreach_add_(self.parameters, steps, alpha=-self.lr * share)


def cost(rows: int, columns: int) -> float:
    """Return about how many multiplications `orthogonal` takes, what Python and dispatch cost among them."""
    few, many = sorted((rows, columns))
    return 2.0 * few * few * many + 8.0 * few**3 + 2e6


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


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
