"""What a page of a quantised model leaves out: how far its numbers, without rounding, are from the file's."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import torch

from ...nn import Net
from ...prediction import Model
from ...prediction.inner_values import inner_values
from ..imported.rebuilding import difference
from .subject import Proof

if TYPE_CHECKING:
    from .samples import Pixels


def proof_of(model: Model, net: Net, pictures: Pixels) -> Proof:
    """Return the largest difference of a node between the file and its module on `pictures`, and where it is."""
    names = [node.name for node in model.network.nodes]
    made = next(inner_values(model.file, names, pictures[:1]))
    with torch.no_grad():
        outputs = net.outputs(torch.from_numpy(pictures[:1]))
    apart = max(
        (difference(own.reshape(made[name].shape), torch.from_numpy(made[name])), name)
        for name, own in zip(names, outputs, strict=True)
    )
    return Proof(*apart, f"ONNX Runtime {version('onnxruntime')}", rounded=True)
