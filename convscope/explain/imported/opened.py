"""Any network as a Net of the same numbers, for what is computed in Python layer by layer: relevance and health."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from ...errors import InputError, UsageError, phrase
from ...foreign.endings import scored
from ...foreign.preprocessing import Asked, reading_spec, within
from ...foreign.reading import open_foreign
from ...foreign.step import Array, Step
from ...foreign.telling import ForeignFile, model_or_foreign
from ...nn import Net
from ...pictures.input_spec import InputSpec
from ...prediction import Model
from ..batching import to_model_input
from .chosen import check_module
from .rebuilding import rebuilt
from .steps import steps


@dataclass(frozen=True, eq=False)
class OpenedNet:
    """A Net, and what its nodes are called in the network that it is of, where they have other names there."""

    net: Net
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, node: str) -> str:
        """Return what a node of the Net is called in the network itself."""
        return self.names.get(node, node)


def opened(network: Any, pictures: Array, asked: Asked = Asked()) -> OpenedNet:  # noqa: B008 - frozen
    """Return a network as a Net that reads `pictures` (N, C, H, W) as it does: up to the scores, before any softmax.

    `network`: a Net, a loaded model, a torch module (floats as it reads them, uint8 divided by 255), or the path of a
    model.onnx or of any ONNX file (floats as it reads them, uint8 brought to that as its metadata and the files beside
    it say, else to 0…1; what is `asked` goes first). It is tried on the first picture, and must come out the same.

    Raises InputError where a layer is none of the formula's or ways meet that the formula cannot say, UsageError for
    what is no network.
    """
    if isinstance(network, (str, os.PathLike)):
        read = model_or_foreign(network)
        network = read if isinstance(read, ForeignFile) else Model(read)
    if isinstance(network, OpenedNet):
        return network
    if isinstance(network, Net):
        return OpenedNet(network)
    if isinstance(network, Model):
        return OpenedNet(network.module())
    known = isinstance(network, (nn.Module, ForeignFile))
    if not known:
        raise UsageError("explain.module", got=type(network).__name__, hint=phrase("explain.module.try"))
    if not isinstance(pictures, np.ndarray) or pictures.ndim != 4 or not len(pictures):
        raise InputError("explain.pictures", got=type(pictures).__name__, expected=phrase("explain.pictures.expected"))
    foreign = isinstance(network, ForeignFile)
    name, spec, record = _of_file(network, pictures, asked) if foreign else _of_module(network, pictures)
    made = rebuilt(scored(record(pictures[:1])), spec, pictures[:1])
    if made is None:
        raise InputError("explain.unsaid", where=name, hint=phrase("explain.unsaid.try"))
    return OpenedNet(made.net, made.names)


Told = tuple[str, InputSpec, Callable[[Array], list[Step]]]  # its name, what its Net reads, what it does to pictures


def _of_module(module: nn.Module, pictures: Array) -> Told:
    check_module(module)
    shape = (int(pictures.shape[1]), int(pictures.shape[2]), int(pictures.shape[3]))
    unit = 255.0 if pictures.dtype == np.uint8 else 1.0
    spec = InputSpec(shape, (0.0,) * shape[0], (unit,) * shape[0])
    return type(module).__name__, spec, lambda some: steps(module, to_model_input(module, some))


def _of_file(read: ForeignFile, pictures: Array, asked: Asked) -> Told:
    file, facts = open_foreign(read, pictures.shape[1:], bgr=asked.bgr)
    c = file.shape[0]
    spec = InputSpec(file.shape, (0.0,) * c, (1.0,) * c)
    if pictures.dtype == np.uint8:
        spec, _ = reading_spec(file, facts, asked)
    mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (spec.mean, spec.std))
    return str(read.path), within(spec, file), lambda some: file.steps((some - mean) / std)[0]
