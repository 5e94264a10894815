"""Feature maps: what every layer makes of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, did_you_mean
from ..nn import Net
from .batching import batches
from .capture import capture, untouched

Maps = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def feature_maps(module: nn.Module, pictures: np.ndarray[Any, Any], names: Iterable[str] | None = None) -> Maps:
    """Return what each layer makes of pictures (N, C, H, W): float32 (N, C, h, w) or (N, units), by name, in order.

    Of a Net these are its nodes ("conv1", "relu1" …), of any other module the layers that hold no others. `names` asks
    for some of them. Pictures are uint8, or floats as the module reads them (`batching.to_model_input`). The
    module is left as it was.

    >>> feature_maps(net, pictures, ["conv1"])["conv1"].shape                             # doctest: +SKIP
    (2, 16, 24, 24)
    """
    wanted = None if names is None else list(names)
    batches_by_name: dict[str, list[np.ndarray[Any, Any]]] = {}
    for _, batch in batches(module, pictures):
        for name, output in layer_outputs(module, batch, wanted).items():
            batches_by_name.setdefault(name, []).append(output.float().cpu().numpy())
    return {name: np.concatenate(parts) for name, parts in batches_by_name.items()}


def layer_outputs(module: nn.Module, batch: Tensor, names: list[str] | None = None) -> dict[str, Tensor]:
    """Return each layer's output for one batch as the module reads it; see `feature_maps`."""
    if isinstance(module, Net):
        known = [node.name for node in module.network.nodes]
        for name in names or ():
            if name not in known:
                raise InputError("explain.layer", got=name, expected=did_you_mean(name, known))
        with untouched(module), torch.no_grad():
            by_name = dict(zip(known, module.outputs(batch), strict=True))
        return {name: by_name[name] for name in known if names is None or name in names}
    with capture(module, None if names is None else [n.split("#")[0] for n in names]) as calls, torch.no_grad():
        module(batch)
    return {call.name: call.output.detach() for call in calls if names is None or call.name in names}


def scores(module: nn.Module, pictures: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the module's scores for pictures (N, C, H, W) as float32 (N, K), in evaluation mode, leaving it as it
    was."""
    with untouched(module), torch.no_grad():
        features = [module(batch).flatten(1).float().cpu().numpy() for _, batch in batches(module, pictures)]
    return np.concatenate(features)
