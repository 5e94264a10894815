"""From a network to a torch module: one child a node, named as the node, so that state_dict keys are its tensors'
names.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, phrase
from ..formula import Crop, Network
from ..formula.network import PICTURE
from ..pictures.input_spec import InputSpec, check_ends
from .table import TORCH

Module = TypeVar("Module", bound=nn.Module)


class Net(nn.Module):
    """The network as a torch module. Made by `build`; `network` and `spec` say what it is.

    state_dict keys are "<node>.<weight>": "conv1.weight", "bn1.running_mean". While training, dropout and a random
    crop draw from torch's default generator of the device, so seeding that decides every number. What it gives are
    scores; the temperature that calibrates their softmax stands in the model file, not here.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: Network, spec: InputSpec) -> None:
        super().__init__()
        self.network, self.spec = network, spec
        for node in network.nodes:
            self.add_module(node.name, TORCH[type(node.layer)].make(node.layer, node))
        first = network.nodes[0]
        self._crops = isinstance(first.layer, Crop)
        self._shapes = (torch.Size(spec.shape), torch.Size(first.output if self._crops else spec.shape))
        self._chain = all(node.sources == (i - 1,) for i, node in enumerate(network.nodes))
        self._last_readers = network.last_readers
        self.register_buffer("mean", torch.tensor(spec.mean).view(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.std).view(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, K) for pictures (N, C, H, W), uint8 or float in 0…255; also for pictures cropped
        already."""
        x = self.prepare(x)
        if self._chain:  # each reads the one before it
            for module in islice(self._modules.values(), int(self._crops), None):
                x = module(x)  # type: ignore[misc]
        else:
            for made in self._walk(x):
                x = made
        return x.flatten(1)  # (N, K): maps of 1×1 may end a plan

    def _walk(self, x: Tensor) -> Iterator[Tensor]:
        """Yield what the nodes make of prepared pictures, after a crop; keep only what a later node reads."""
        first = int(self._crops)
        kept = {PICTURE: x, 0: x} if first else {PICTURE: x}  # a crop, node 0, has made what the pictures are now
        for i, node in enumerate(self.network.nodes[first:], first):
            y = self._modules[node.name](*(kept[source] for source in node.sources))  # type: ignore[misc]
            for source in set(node.sources):
                if self._last_readers[source] == i:
                    del kept[source]
            kept[i] = y
            yield y

    def prepare(self, x: Tensor) -> Tensor:
        """Return what the first layer after a crop reads: cropped, then (x − mean) / std in float32."""
        if x.dim() != 4 or x.shape[1:] not in self._shapes:
            raise InputError(
                "pictures.shape", got=tuple(x.shape), expected=f"(N, {', '.join(map(str, self.spec.shape))})"
            )
        if self._crops:
            x = self.get_submodule("crop1")(x)
        return (x - self.mean) / self.std

    def outputs(self, x: Tensor) -> list[Tensor]:
        """Return every node's output in order, (N, C, H, W) or (N, units); a crop's is scaled, as the graph's is."""
        x = self.prepare(x)
        return [x] * self._crops + list(self._walk(x))

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
        raise InputError("weights.names", got=phrase("weights.names.got", name=missing[0]))
    for name, tensor in state.items():
        if tensor.shape != weights[name].shape:
            raise InputError("weights.shape", name=name, got=weights[name].shape, expected=f"{tuple(tensor.shape)}")
        tensor.copy_(torch.from_numpy(np.array(weights[name], dtype=np.float32)))
    return net


def with_weights(module: Module, weights: Mapping[str, np.ndarray[Any, Any]], name: str = "") -> Module:
    """Return a copy of `module`, in evaluation mode, that has those of its weights which `weights` holds, named as
    state_dict names them; behind `name` and a dot, where the module has one.
    """
    other = copy.deepcopy(module).eval()
    for key, own in other.state_dict().items():
        if (array := weights.get(f"{name}.{key}" if name else key)) is not None:
            own.copy_(torch.from_numpy(np.array(array, np.float32)))
    return other
