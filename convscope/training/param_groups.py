"""Which optimiser moves which parameter, by the parameter's role in the network, and what filters start from."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

import torch
from torch import Tensor

from ..formula import BatchNorm, Conv, Network
from ..nn import Net
from .muon import Muon
from .recipes import Recipe
from .seeding import derive_seed
from .sgd import SGD


class Optimiser(Protocol):
    """What the training loop needs: one step at a factor of the peak learning rate, and the momentum by name."""

    momentum_buffers: dict[str, Tensor]

    def step(self, lr_factor: float) -> None: ...


def optimisers(net: Net, recipe: Recipe) -> list[Optimiser]:
    """Return the optimisers, each with the parameters of its role.

    Filters that BatchNorm follows go to Muon if the recipe says so; matrices and other filters are decayed; biases
    and what BatchNorm, PReLU and scale learn are not.
    """
    free = normalised(net.network)
    to_muon: dict[str, Tensor] = {}
    decayed: dict[str, Tensor] = {}
    others: dict[str, Tensor] = {}
    for name, parameter in net.named_parameters():
        if recipe.optimiser == "muon" and name in free:
            to_muon[name] = parameter
        elif parameter.dim() in (2, 4):
            decayed[name] = parameter
        else:
            others[name] = parameter
    lr = recipe.lr if free or recipe.plain_lr is None else recipe.plain_lr
    groups: list[Optimiser] = [
        SGD(decayed, lr, recipe.momentum, recipe.nesterov, recipe.weight_decay),
        SGD(others, lr, recipe.momentum, recipe.nesterov, 0.0),
    ]
    return [Muon(to_muon, recipe.filter_lr, recipe.filter_momentum), *groups] if to_muon else groups


def normalised(network: Network) -> set[str]:
    """Return the names of the filter banks whose length BatchNorm undoes: nothing but layers with f(a·x) = a·f(x), a >
    0, in between.
    """
    readers = Counter(source for node in network.nodes for source in node.sources)
    found = set()
    for node in network.nodes:
        if isinstance(node.layer, BatchNorm):
            (at,) = node.sources
            while at >= 0 and readers[at] == 1 and network.nodes[at].layer.scales_along:
                (at,) = network.nodes[at].sources
            if at >= 0 and readers[at] == 1 and isinstance(network.nodes[at].layer, Conv):
                found.add(f"{network.nodes[at].name}.weight")
    return found


def initialised(net: Net, recipe: Recipe, seed: int) -> Net:
    """Give `net` the first weights that the recipe wants and return it; torch's own are there already."""
    if recipe.initial == "orthogonal":
        generator = torch.Generator().manual_seed(derive_seed(seed, -1))
        for name in sorted(normalised(net.network)):
            bank = net.get_parameter(name)
            with torch.no_grad():
                bank.copy_(torch.nn.init.orthogonal_(torch.empty(bank.shape), generator=generator))
    return net
