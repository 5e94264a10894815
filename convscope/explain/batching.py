"""How arrays become what a module reads, and batches small enough for any memory."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, Said, phrase
from ..nn import Net

BATCH_NUMBERS = 1 << 24  # numbers in all layers' outputs for one batch: 64 MB in float32


def unread(error: Exception, module: nn.Module, shape: tuple[int, ...]) -> InputError:
    """Return what to raise where a module cannot read pictures of a shape (C, H, W), with torch's own reason: its first
    line, or its last where a script failed, whose first says nothing.

    >>> said = "The following operation failed in the TorchScript interpreter.\\nTraceback\\nRuntimeError: no such size"
    >>> unread(RuntimeError(said), nn.Identity(), (3, 8, 8)).words["reason"]
    'no such size'
    """
    lines = str(error).strip().split("\n")
    reason = lines[-1].removeprefix("RuntimeError: ") if lines[0].startswith("The following operation") else lines[0]
    inputs, last = _inputs(module), len(shape) == 3 and shape[2] in (1, 3) and shape[0] not in (1, 3)
    hint: Said = ""
    if len(inputs) > 1 and isinstance(error, TypeError):
        hint = phrase("module.inputs.try", names=", ".join(inputs))
    elif last:
        hint = phrase("module.pictures.try")
    return InputError("module.pictures", reason=reason, got=shape, hint=hint)


def _inputs(module: nn.Module) -> list[str]:
    """Return what a module's forward must be given, by name; nothing where it does not say."""
    try:
        given = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in given if one.default is one.empty and one.kind <= one.POSITIONAL_OR_KEYWORD]


def to_model_input(module: nn.Module, pictures: np.ndarray[Any, Any] | Tensor) -> Tensor:
    """Return pictures (N, C, H, W) as `module` reads them, on its device.

    Floats are taken as they are, as float32. uint8 goes into a Net as it is; into any other module divided by 255, as
    torchvision's ToTensor does. Raises InputError for another type or shape.
    """
    x = pictures if isinstance(pictures, Tensor) else torch.from_numpy(np.ascontiguousarray(pictures))
    if x.dim() != 4 or not (x.dtype == torch.uint8 or x.dtype.is_floating_point):
        raise InputError(
            "explain.pictures", got=f"{x.dtype} {tuple(x.shape)}", expected=phrase("explain.pictures.expected")
        )
    held = next(chain(module.parameters(), module.buffers()), x)
    if x.dtype == torch.uint8:
        return x.to(held.device) if isinstance(module, Net) else x.to(held.device, torch.float32) / 255
    return x.to(held.device, torch.float32)


def batches(
    module: nn.Module, pictures: np.ndarray[Any, Any] | Tensor, most: int = 256
) -> Iterator[tuple[int, Tensor]]:
    """Yield (index of its first picture, batch as `module` reads it); fewer than `most` where they are large."""
    numbers = int(np.prod(pictures.shape[1:]))
    if isinstance(module, Net):
        numbers += sum(int(np.prod(node.output)) for node in module.network.nodes)
    else:
        numbers *= 256  # not known: as if there were 256 maps of the picture's size
    size = max(1, min(most, BATCH_NUMBERS // numbers))
    for at in range(0, len(pictures), size):
        yield at, to_model_input(module, pictures[at : at + size])
