"""What is looked at: a torch module, what it reads, what its scores mean, and, where it is known, its network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ..build import Net
from ..formula import Network
from ..inputs import InputSpec
from ..prediction import Model


@dataclass(frozen=True, eq=False)
class Subject:
    """`module` gives scores (N, K) for pictures scaled by `spec`; a Net scales them itself.

    `network` is None for a module that no formula describes; `opaque` then says what is known of its layers.
    """

    module: nn.Module
    spec: InputSpec
    classes: tuple[str, ...]
    network: Network | None
    facts: dict[str, Any] = field(default_factory=dict)
    opaque: Any = None
    title: str = ""

    def scores(self, pictures: Tensor) -> Tensor:
        """Return the module's scores (n, K) for uint8 pictures (n, C, H, W)."""
        return torch.flatten(self.module(self.scaled(pictures)), 1)

    def scaled(self, pictures: Tensor) -> Tensor:
        """Return what the module reads for uint8 pictures (n, C, H, W)."""
        if isinstance(self.module, Net):
            return pictures
        mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (self.spec.mean, self.spec.std))
        return (pictures - mean) / std


def of_model(model: Model, title: str = "") -> Subject:
    """Return a model file as a subject; its torch module is new and in evaluation mode."""
    return Subject(model.module(), model.spec, model.classes, model.network, model.facts, None, title)


def of_net(net: Net, classes: tuple[str, ...], title: str = "") -> Subject:
    """Return one of convscope's own torch modules as a subject."""
    return Subject(net, net.spec, classes, net.network, {}, None, title)
