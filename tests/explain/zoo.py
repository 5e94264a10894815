"""torch modules as people write them: chains, functions in forward, residual blocks, layers the formula does not
have."""

from __future__ import annotations

import torch
import torch.nn.functional as fun
from torch import Tensor, nn


def sequential() -> nn.Module:
    """Every option that has a place in the formula, in-place activations among them, and a softmax at the end."""
    return nn.Sequential(
        nn.Conv2d(1, 6, (3, 5), stride=(1, 2), padding=(1, 0), bias=False),
        nn.BatchNorm2d(6, eps=1e-3),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2, stride=1, padding=1),
        nn.Sequential(
            nn.Identity(), nn.Conv2d(6, 6, 3, padding="same", dilation=2, groups=3), nn.LeakyReLU(0.1, inplace=True)
        ),
        nn.AvgPool2d(2),
        nn.PReLU(),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(144, 8),
        nn.BatchNorm1d(8),
        nn.Tanh(),
        nn.Linear(8, 4),
        nn.LogSoftmax(1),
    )


class Functions(nn.Module):
    """PyTorch's own MNIST example in small: activations, pooling and flatten are function calls."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 6, 3)
        self.fc1, self.fc2 = nn.Linear(6 * 6 * 6, 10), nn.Linear(10, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = fun.relu(self.conv1(x))
        x = torch.sigmoid(self.conv2(x))
        x = fun.dropout(fun.max_pool2d(x, 2), 0.25, self.training)
        x = x.view(x.size(0), -1)
        x = self.fc1(x).tanh()
        return self.fc2(x)


class Block(nn.Module):
    """A residual block (He et al. 2015); with another stride or width the shortcut is a convolution."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.one, self.two = (
            nn.Conv2d(before, after, 3, stride, 1, bias=False),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
        )
        self.norm, self.relu = nn.BatchNorm2d(after), nn.ReLU(inplace=True)
        self.short = None if (before, stride) == (after, 1) else nn.Conv2d(before, after, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.two(self.relu(self.one(x))))
        y += x if self.short is None else self.short(x)
        return self.relu(y)


class Residual(nn.Module):
    """A small ResNet; `widen` gives its second block a convolution in the shortcut."""

    def __init__(self, widen: bool) -> None:
        super().__init__()
        last = 8 if widen else 4
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.blocks = nn.Sequential(Block(4, 4), Block(4, last, 2 if widen else 1))
        self.head = nn.Linear(last, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.stem(x)).mean([2, 3]))


class Mixed(nn.Module):
    """Layers that the formula has among some that it has not; probabilities at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.known, self.softsign = nn.Conv2d(1, 4, 3), nn.Softsign()
        self.circular = nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular")
        self.again, self.head = nn.Conv2d(4, 3, 3), nn.Linear(3 * 12 * 12, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.circular(self.softsign(self.known(x)))
        return self.head(fun.mish(self.again(x)).flatten(1)).softmax(1)


class Branching(nn.Module):
    """What torch.fx cannot trace: the way depends on the numbers; the activations are not layers."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.head = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 3, 3), nn.Linear(3 * 12 * 12, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.one(x)
        if x.mean() > -1e9:
            x = x * 2
        return self.head(self.two(x).flatten(1))


class Formless(nn.Module):
    """No layers at all, and not to be traced."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.randn(256, 4))

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.matrix if float(x.sum()) > -1e9 else x


def with_random_state(module: nn.Module, seed: int = 0) -> nn.Module:
    """Return `module` with random weights and running statistics, in training mode, as looking may find it."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, generator=generator) * 0.6 - (0.2 if tensor.dim() > 1 else -0.2))
    return module.train()


def pictures(n: int = 3) -> Tensor:
    """Return n pictures (n, 1, 16, 16) of whole 255ths."""
    return torch.randint(0, 256, (n, 1, 16, 16), generator=torch.Generator().manual_seed(1)).float() / 255
