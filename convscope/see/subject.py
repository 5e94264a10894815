"""What is looked at: a torch module, what it reads, what its scores mean, and, where it is known, its network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from ..build import Net
from ..formula import Network
from ..inputs import InputSpec
from ..prediction import Model


@dataclass(frozen=True, eq=False)
class Subject:
    """A module that gives scores (N, K) for what `spec` says. `network` is None where no formula describes it."""

    module: nn.Module
    spec: InputSpec
    classes: tuple[str, ...]
    network: Network | None
    facts: dict[str, Any] = field(default_factory=dict)
    title: str = ""

    def scaled(self, pictures: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return what the module reads for uint8 pictures (n, C, H, W): themselves for a Net, else (x − mean) / std in float32."""
        if isinstance(self.module, Net):
            return pictures
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.spec.mean, self.spec.std))
        return (pictures - mean) / std


def of_model(model: Model, title: str = "") -> Subject:
    """Return a model file as a subject; its torch module is new and in evaluation mode."""
    return Subject(model.module(), model.spec, model.classes, model.network, model.facts, title)


def of_net(net: Net, classes: tuple[str, ...], title: str = "") -> Subject:
    """Return one of convscope's own torch modules as a subject."""
    return Subject(net, net.spec, classes, net.network, {}, title)
