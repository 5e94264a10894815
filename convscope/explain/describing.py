"""`describe` for whatever holds a network: a formula or plan, an ONNX file, a torch module; the same table of each."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, cast

from ..errors import UsageError, phrase
from ..foreign.telling import ForeignFile, model_or_foreign
from ..formula import Plan
from ..formula import describe as describe_formula
from ..formula.description import Description

if TYPE_CHECKING:
    from ..foreign.describing import LayerTable
    from ..formula.geometry import Shape


def describe(
    network: str | Plan | os.PathLike[str] | Any,
    input: Shape | Any = None,
    classes: int | None = None,
    *,
    output: str | int | None = None,
) -> Description | LayerTable:
    """Describe a network layer by layer: sizes, parameters, MACs, receptive fields, and the sums that give them.

    `network` is a formula, a named plan or a Plan, on pictures of shape `input` (C, H, W), MNIST's in 10 classes if
    left out; a model.onnx, or any ONNX file, `input` counting where it leaves its sizes open; or a torch.nn.Module with
    `input` a tensor (N, C, H, W) that it reads, or the shape of one picture. Of several outputs `output` is meant.
    `str()` of what is returned is the table, `to_json()` its numbers.

    Raises FormulaError, PlanError, InputError or UsageError for what cannot be described.

    >>> describe("slides").network.parameters
    274570
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(network, torch.nn.Module):
        from .imported.describing import describe_module

        if input is None:
            raise UsageError("module.reads", expected=phrase("module.reads.input"))
        return describe_module(network, input, output)
    if isinstance(network, os.PathLike) or (isinstance(network, str) and network.lower().endswith(".onnx")):
        file = model_or_foreign(network)
        if not isinstance(file, ForeignFile):
            return Description(file.network)
        from ..foreign.describing import describe_foreign
        from ..foreign.reading import open_foreign

        return describe_foreign(open_foreign(file, input, output))
    return describe_formula(cast("str | Plan", network), input, classes)
