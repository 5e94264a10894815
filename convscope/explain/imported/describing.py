"""A torch module as the table of `describe`: what it does to one input, layer by layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...foreign.describing import LayerTable, rows_of
from ...foreign.endings import ending_of
from ..batching import unread
from ..capture import untouched
from .chosen import check_module, read_by
from .steps import steps


def describe_module(module: nn.Module, input: Any, output: str | int | None = None) -> LayerTable:
    """Return the table of a module for an input (N, C, H, W), of which the first picture is read, or for pictures of a
    shape (C, H, W), then zeros. The module is left as it was.

    Raises InputError for what it cannot read.
    """
    check_module(module)
    x = input if isinstance(input, Tensor) else torch.zeros(1, *_shape(input))
    if x.dim() != 4 or not len(x):
        raise InputError("picture.shape", got=tuple(x.shape), expected="(N, C, H, W)")
    x = read_by(module, x[:1].detach())
    try:
        with untouched(module), torch.no_grad():
            found = steps(module, x, output)
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError, NotImplementedError) as error:
        raise unread(error, module, tuple(x.shape[1:])) from error
    last = found[-1]
    ends = ending_of(last.label, last.output.shape) != "logits" and last.output.ndim == 2
    c, h, w = x.shape[1:]
    rows = rows_of(
        [(step.name, step.label, step.layer, step.output.shape, step.sources, step.parameters) for step in found],
        (c, h, w),
        [step.output.ndim == 2 for step in found],
        ends,
    )
    return LayerTable(type(module).__name__, (c, h, w), tuple(last.output.shape), rows)


def _shape(given: Any) -> tuple[int, int, int]:
    try:
        c, h, w = (int(n) for n in given)
    except (TypeError, ValueError) as error:
        raise InputError("picture.shape", got=given, expected="(C, H, W)") from error
    return c, h, w
