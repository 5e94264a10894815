"""What people write by hand between layers: gates on channels, norms, powers, in one small network."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as fun
from torch import Tensor, nn

SHAPE = (3, 8, 6)
BOX = "opaque"
SQUEEZED = ["gap", "flatten", "fc", "relu", "fc", "sigmoid", "tokens", "mul"]


class Net(nn.Module):
    """A convolution, what is written by hand, and a head."""

    def __init__(self, name: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.head = nn.Conv2d(3, 6, 3, padding=1), nn.Linear(6, 4)
        self.less, self.more = nn.Linear(6, 3), nn.Linear(3, 6)
        self.power, self.name = nn.Parameter(torch.tensor([3.0])), name
        self.factor, self.summand = nn.Parameter(torch.rand(6) + 0.5), nn.Parameter(torch.randn(6))

    def in_groups(self, x: Tensor, groups: int) -> Tensor:
        return fun.group_norm(x, groups, self.factor, self.summand, 0.01)

    def gate(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.more(torch.relu(self.less(x.mean((2, 3))))))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(WRITTEN[self.name][0](self, torch.relu(self.conv(x))).mean((2, 3)))


def _viewed(net: Net, x: Tensor) -> Tensor:
    return x * net.gate(x).view(x.shape[0], x.shape[1], 1, 1)


def _expanded(net: Net, x: Tensor) -> Tensor:
    return x * net.gate(x).view(x.shape[0], x.shape[1], 1, 1).expand_as(x)


def _mean_of_powers(net: Net, x: Tensor) -> Tensor:
    """GeM pooling (Radenović et al. 2018)."""
    return x * fun.avg_pool2d(x.clamp(min=1e-6).pow(net.power), (x.size(-2), x.size(-1))).pow(1.0 / net.power)


WRITTEN: dict[str, tuple[Callable[[Net, Tensor], Tensor], list[str]]] = {
    "view": (_viewed, SQUEEZED),
    "None": (lambda net, x: x * net.gate(x)[:, :, None, None], SQUEEZED),
    "unsqueeze": (lambda net, x: x * net.gate(x).unsqueeze(-1).unsqueeze(-1), SQUEEZED),
    "expand": (_expanded, SQUEEZED),
    "mean, kept": (lambda net, x: x * torch.sigmoid(x.mean((2, 3), keepdim=True)), ["gap", "sigmoid", "mul"]),
    "largest": (lambda net, x: x * torch.sigmoid(x.amax((2, 3), keepdim=True)), ["maxpool", "sigmoid", "mul"]),
    "least": (lambda net, x: x * torch.sigmoid(x.amin((2, 3), keepdim=True)), [BOX, "sigmoid", "mul"]),
    "over channels": (lambda net, x: x * torch.sigmoid(x.mean(1, keepdim=True)), [BOX, "sigmoid", "mul"]),
    "layer norm": (lambda net, x: fun.layer_norm(x.permute(0, 2, 3, 1), (6,)).permute(0, 3, 1, 2), ["layer_norm"]),
    "1 group": (lambda net, x: net.in_groups(x, 1), ["group_norm"]),
    "2 groups": (lambda net, x: net.in_groups(x, 2), ["group_norm"]),
    "6 groups": (lambda net, x: net.in_groups(x, 6), ["group_norm"]),
    "groups alone": (lambda net, x: fun.group_norm(x, 3), ["group_norm"]),
    "each map": (lambda net, x: fun.instance_norm(x, None, None, net.factor, net.summand), ["group_norm"]),
    "each map alone": (lambda net, x: torch.relu(fun.instance_norm(x, eps=0.01)), ["group_norm", "relu"]),
    "square": (lambda net, x: x.square(), ["mul"]),
    "power 2": (lambda net, x: x**2, ["mul"]),
    "neg": (lambda net, x: -x, ["scale"]),
    "abs": (lambda net, x: (x - 1).abs(), ["scale", BOX]),
    "root": (lambda net, x: (x + 1).sqrt(), ["scale", BOX]),
    "mean of powers": (_mean_of_powers, ["clip", BOX, "avgpool", BOX, "mul"]),
    "some rows": (lambda net, x: x[:, :, 1:-2], ["pad"]),
}


def exported(name: str) -> bytes:
    """Return the network as torch writes it as an ONNX file."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {"input_names": ["x"], "output_names": ["y"]}
        torch.onnx.export(Net(name).eval(), (torch.rand(1, *SHAPE),), file, opset_version=17, dynamo=False, **names)
    return file.getvalue()
