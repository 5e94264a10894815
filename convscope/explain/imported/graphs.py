"""What a module does as a graph of calls, by each of torch's own ways to find that out."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn


def traced(module: nn.Module, x: Tensor) -> fx.GraphModule:
    """Return what a module does as torch.fx traces it: its layers stay whole, but for a transformer's encoder and the
    layers of that.
    """
    with _layer_by_layer():
        return fx.GraphModule(module, _Tracer().trace(module))


class _Tracer(fx.Tracer):
    """Goes into an encoder that is given no mask."""

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        masked = any(given is not None and given is not False for given in (*args[1:], *kwargs.values()))
        if not args or masked:
            return super().call_module(m, forward, args, kwargs)
        if type(m) is nn.TransformerEncoder:  # whose own code asks for sizes, which a stand-in has not
            made = args[0]
            for layer in (*m.layers, *([] if m.norm is None else [m.norm])):
                made = layer(made)
            return made
        if isinstance(m, nn.TransformerEncoderLayer):
            return forward(args[0])
        return super().call_module(m, forward, args, kwargs)


@contextmanager
def _layer_by_layer() -> Iterator[None]:
    """Have torch compute a transformer's encoder by its layers, not by the one operator that does the same."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def exported(module: nn.Module, x: Tensor) -> fx.GraphModule:
    """Return what a module does as torch.export sees it, for pictures like `x`: operators alone."""
    with _layer_by_layer(), warnings.catch_warnings():
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
