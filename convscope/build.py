"""From a network to a torch module: one child a node, named as the node, so that state_dict keys are its tensors'
names.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .errors import InputError
from .formula import layers as f
from .formula.network import Add, Network, Node
from .pictures.input_spec import InputSpec, check_ends


class Net(nn.Module):
    """The network as a torch module. Made by `build`; `network` and `spec` say what it is.

    state_dict keys are "<node>.<weight>": "conv1.weight", "bn1.running_mean". While training, dropout and a random
    crop draw from torch's default generator of the device, so whoever seeds that decides every number.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: Network, spec: InputSpec) -> None:
        super().__init__()
        self.network, self.spec = network, spec
        for i, node in enumerate(network.nodes):
            assert node.source == i - 1, "a node reads the one before it"
            self.add_module(node.name, _module(node))
        first = network.nodes[0]
        self._crops = isinstance(first.layer, f.Crop)
        self._shapes = (torch.Size(spec.shape), torch.Size(first.output if self._crops else spec.shape))
        self._kept = frozenset(
            node.other for node in network.nodes if node.other is not None
        )  # a skip reads them again
        self.register_buffer("mean", torch.tensor(spec.mean).view(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.std).view(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, K) for pictures (N, C, H, W), uint8 or float in 0…255; also for pictures cropped
        already."""
        x = self.prepare(x)
        body = islice(self._modules.values(), int(self._crops), None)
        if not self._kept:
            for module in body:
                x = module(x)  # type: ignore[misc]
        else:
            kept = {self._crops - 1: x}  # the picture, or what a crop, node 0, made of it
            for i, (module, node) in enumerate(zip(body, self.network.nodes[self._crops :], strict=True), self._crops):
                x = module(x) if node.other is None else module(x, kept[node.other])  # type: ignore[misc]
                if i in self._kept:
                    kept[i] = x
        return x.flatten(1)  # (N, K): maps of 1×1 may end a plan

    def prepare(self, x: Tensor) -> Tensor:
        """Return what the first layer after a crop reads: cropped, then (x − mean) / std in float32."""
        if x.dim() != 4 or x.shape[1:] not in self._shapes:
            raise InputError(
                "the pictures do not fit", got=tuple(x.shape), expected=f"(N, {', '.join(map(str, self.spec.shape))})"
            )
        if self._crops:
            x = self.get_submodule("crop1")(x)
        return (x - self.mean) / self.std

    def outputs(self, x: Tensor) -> list[Tensor]:
        """Return every node's output in order, (N, C, H, W) or (N, units); a crop's is scaled, as the graph's is."""
        x = self.prepare(x)
        made = [x] * self._crops
        for node in self.network.nodes[self._crops :]:
            module = self.get_submodule(node.name)
            read = made[-1] if made else x
            if node.other is None:
                made.append(module(read))
            else:
                made.append(module(read, x if node.other < 0 else made[node.other]))
        return made

    def weights(self) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
        """Return a copy of every weight and running statistic as float32, under its state_dict key."""
        return {
            k: v.detach().to("cpu", torch.float32).contiguous().numpy().copy() for k, v in self.state_dict().items()
        }


def build(network: Network, spec: InputSpec, seed: int = 0) -> Net:
    """Return a new Net with torch's own initial weights, those of `torch.manual_seed(seed)`, leaving random state as it
    was.

    Raises PlanError unless the plan ends in one score a class, (K,) or (K, 1, 1).

    >>> net = build(trace(parse("conv(8, 3) + relu + fc")), InputSpec((1, 28, 28)))
    >>> list(net.state_dict())
    ['conv1.weight', 'conv1.bias', 'fc1.weight', 'fc1.bias']
    """
    check_ends(network, spec)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return Net(network, spec)


def load_weights(net: Net, weights: dict[str, np.ndarray[Any, Any]]) -> Net:
    """Copy `weights`, named as state_dict names them, into `net` and return it; raise InputError unless names and
    shapes fit.
    """
    state = net.state_dict()
    if missing := sorted(state.keys() ^ weights.keys()):
        raise InputError("the weights are not this network's", got=f"{missing[0]} in one of them only")
    for name, tensor in state.items():
        if tensor.shape != weights[name].shape:
            raise InputError(f"{name} has another shape", got=weights[name].shape, expected=f"{tuple(tensor.shape)}")
        tensor.copy_(torch.from_numpy(np.array(weights[name], dtype=np.float32)))
    return net


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """torch's batch normalisation of maps (N, C, H, W) or rows (N, C), without its count of batches."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.num_batches_tracked = None

    def _check_input_dim(self, input: Tensor) -> None:
        """Accept both forms."""

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        nn.Module._load_from_state_dict(self, *args, **kwargs)  # torch's own would add the count again


class RandomCrop(nn.Module):
    """The middle (h, w) of each picture; while training, a random place for each. Passes pictures of that size
    through."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        n, _, height, width = x.shape
        h, w = self.size
        if (height, width) == (h, w):
            return x
        if not self.training:
            top, left = (height - h) // 2, (width - w) // 2
            return x[:, :, top : top + h, left : left + w]
        windows = x.unfold(2, h, 1).unfold(3, w, 1)  # (N, C, H−h+1, W−w+1, h, w), nothing copied
        rows = torch.randint(height - h + 1, (n,), device=x.device)
        columns = torch.randint(width - w + 1, (n,), device=x.device)
        return windows[torch.arange(n, device=x.device), :, rows, columns]  # (N, C, h, w)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class Flatten(nn.Module):
    """Maps (N, C, H, W) as rows (N, C·H·W), channel by channel, whatever their layout in memory."""

    def forward(self, x: Tensor) -> Tensor:
        return _Rows.apply(x) if x.requires_grad and x.dim() == 4 else x.flatten(1)  # type: ignore[no-untyped-call]


class _Rows(torch.autograd.Function):
    """flatten(1), whose gradient takes the layout that the maps have: torch's own keeps the rows', and what comes
    before, a ReLU say, then reads two layouts at once at a tenth of the speed (docs/log.md)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.shape, ctx.last = x.shape, x.is_contiguous(memory_format=torch.channels_last)
        return x.flatten(1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        layout = torch.channels_last if ctx.last else torch.contiguous_format
        return gradient.view(ctx.shape).contiguous(memory_format=layout)


class Sum(nn.Module):
    """The end of a skip: what its body made plus what went into it."""

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        return x + other


def _module(node: Node) -> nn.Module:
    """Return the torch module that computes `node`."""
    layer, channels, w = node.layer, node.input[0], node.window
    match layer:
        case f.Conv():
            assert w is not None
            return nn.Conv2d(channels, layer.channels, w.kernel, w.stride, w.pad, w.dilation, layer.groups, layer.bias)
        case f.MaxPool():
            assert w is not None
            return nn.MaxPool2d(w.kernel, w.stride, w.pad)
        case f.AvgPool():
            assert w is not None
            return nn.AvgPool2d(w.kernel, w.stride, w.pad)
        case f.GlobalAvgPool():
            return nn.AdaptiveAvgPool2d(1)
        case f.ReLU():
            return nn.ReLU()
        case f.LeakyReLU():
            return nn.LeakyReLU(layer.slope)
        case f.PReLU():
            return nn.PReLU()
        case f.Sigmoid():
            return nn.Sigmoid()
        case f.Tanh():
            return nn.Tanh()
        case f.BatchNorm():
            return BatchNorm(channels)
        case f.Dropout():
            return nn.Dropout(layer.p)
        case f.Flatten():
            return Flatten()
        case f.FC():
            return nn.Linear(channels, node.output[0])
        case f.Crop():
            return RandomCrop(f.pair(layer.size))
        case Add():
            return Sum()
    raise TypeError(f"no torch module for {layer}")
