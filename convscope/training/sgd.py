"""Stochastic gradient descent: torch's own function, without the import that torch.optim's classes bring along."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.optim.sgd import sgd


class SGD:
    """What torch.optim.SGD(foreach=True) does, to the bit, with its momentum by the parameter's name.

    The class of torch.optim imports torch._dynamo when it is made, 1.3 s of CPU time where a whole training may take
    1.6 (docs/log.md); the function that it calls does not.
    """

    def __init__(
        self, parameters: dict[str, Tensor], lr: float, momentum: float, nesterov: bool, weight_decay: float
    ) -> None:
        self.parameters = list(parameters.values())
        self.lr, self.momentum, self.nesterov, self.weight_decay = lr, momentum, nesterov, weight_decay
        self.momentum_buffers = {name: torch.zeros_like(p) for name, p in parameters.items()} if momentum else {}

    @torch.no_grad()
    def step(self, lr_factor: float) -> None:
        """Move every parameter by one step at `lr_factor` times the learning rate."""
        sgd(
            self.parameters,
            [p.grad for p in self.parameters if p.grad is not None],
            list(self.momentum_buffers.values()) or [None] * len(self.parameters),
            foreach=True,
            lr=self.lr * lr_factor,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
            dampening=0.0,
            maximize=False,
        )
