"""What a module does as a graph of calls, by each of torch's own ways to find that out."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import torch
from torch import Tensor, fx, nn


def traced(module: nn.Module, x: Tensor) -> fx.GraphModule:
    """Return what a module does as torch.fx traces it: its layers stay whole."""
    return fx.GraphModule(module, fx.Tracer().trace(module))


def exported(module: nn.Module, x: Tensor) -> fx.GraphModule:
    """Return what a module does as torch.export sees it, for pictures like `x`: operators alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: fx.GraphModule = torch.export.export(module, (x,), strict=False).module()
    return made


def converted(module: Any, x: Tensor) -> fx.GraphModule:
    """Return what a TorchScript program does for pictures like `x`, as torch converts it to what it exports."""
    from torch._export.converter import TS2EPConverter

    quiet = logging.getLogger("torch._export.non_strict_utils")
    before = quiet.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quiet.setLevel(logging.ERROR)
        try:
            made: fx.GraphModule = TS2EPConverter(module, (x,)).convert().module()
        finally:
            quiet.setLevel(before)
    return made
