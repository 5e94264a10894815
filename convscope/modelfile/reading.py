"""Reading model files. Nothing of a file is used before its digest fits, and its graph is the one its formula makes.

Imports neither onnx nor torch, and numpy only for the weights.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import pretrained
from ..errors import ConvscopeError, InputError, phrase
from ..files import open_plain
from ..formula.network import Network
from ..formula.onnx_operators import FLOAT, HALF
from ..formula.plan import Plan
from ..pictures.input_spec import InputSpec
from ..rejection import Fitted
from ..rejection import operators as rejecting
from . import graph
from . import quantised as rounding
from .digest import sealed
from .metadata import Metadata, from_records
from .other_formats import refuse_by_name, refused
from .parsing import Graph, parse_graph, parse_model
from .protobuf import MalformedError
from .provenance import Provenance

if TYPE_CHECKING:
    import numpy as np

LARGEST = 2**31 - 1  # bytes; what Protocol Buffers can hold


@dataclass(frozen=True, repr=False)  # no slots: cached_property keeps the weights
class ModelFile:
    """A model file that was read and found sound. `data` is the whole file, to hand to a runtime."""

    path: Path
    metadata: Metadata
    data: bytes

    @property
    def network(self) -> Network:
        return self.metadata.network

    @property
    def plan(self) -> Plan:
        return self.metadata.network.plan

    @property
    def formula(self) -> str:
        return str(self.plan)

    @property
    def spec(self) -> InputSpec:
        return self.metadata.spec

    @property
    def classes(self) -> tuple[str, ...]:
        return self.metadata.classes

    @property
    def facts(self) -> dict[str, object]:
        """What the writer knew, as JSON: "training", "test", "versions"."""
        return self.metadata.facts

    @property
    def provenance(self) -> Provenance:
        """What the facts say of training and test, as far as they are as convscope writes them."""
        return Provenance.from_json(self.facts)

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of everything before it."""
        return self.data[-64:].decode("ascii")

    @property
    def half(self) -> tuple[str, ...]:
        """The weights that the file keeps in half precision, "<node>.<weight>"; `weights` has them as float32."""
        return self.metadata.half

    @property
    def quantised(self) -> str:
        """Which bytes the weights are, "int8" or "uint8", where the graph computes in 8 bits; "" where it does not.
        `weights` has what they stand for, as float32.
        """
        return self.metadata.quantised

    @cached_property
    def weights(self) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
        """Every weight and running statistic as a read-only float32 array, named "<node>.<weight>"."""
        import numpy as np

        tensors = parse_graph(parse_model(self.data).graph).tensors
        arrays = {}
        layout = graph.layout(self.network) if self.quantised else None
        for name, shape in graph.weight_shapes(self.network).items():
            if layout is not None and name in layout.whole:
                parts = {key: tensor.data for key, tensor in tensors.items()}
                array = rounding.decoded(name, layout, parts, self.quantised)
            else:
                data = tensors[graph.stored(name, self.half)].data
                array = np.frombuffer(data, "<f2").astype("<f4") if name in self.half else np.frombuffer(data, "<f4")
            array.flags.writeable = False
            arrays[name] = array.reshape(shape)
        return arrays

    @cached_property
    def rejection(self) -> Fitted | None:
        """What says when a picture is none of the classes, with its read-only tensors; None where nothing does."""
        import numpy as np

        if self.metadata.rejection is None:
            return None
        tensors, shapes = parse_graph(parse_model(self.data).graph).tensors, rejecting.shapes(self.network)
        found = {name: np.frombuffer(tensors[name].data, "<f4").reshape(shape) for name, shape in shapes.items()}
        return Fitted(self.metadata.rejection, found)

    def __repr__(self) -> str:
        return f"ModelFile({str(self.path)!r}: {self.formula}, {len(self.classes)} classes)"


def resolve_model(path: str | os.PathLike[str]) -> Path:
    """Return the model file that `path` means: itself, the model.onnx in a run directory, or the network that ships
    under that name, if nothing there is called so. Raises InputError.
    """
    name, path = str(path), Path(path)
    try:
        if name in pretrained.NAMES and not os.path.lexists(path):
            return pretrained.path(name)
        file = path / "model.onnx" if path.is_dir() else path
        if file.is_file():
            return file
        there = file.exists()
    except (OSError, ValueError) as error:  # a name too long, a NUL in it
        raise InputError("model.unopened", where=str(path), got=str(error)) from error
    if file != path:
        raise InputError("model.folder", where=str(path), hint=phrase("model.folder.try"))
    what = "file.other" if there else "file.missing"
    raise InputError(what, where=str(path), hint=phrase("model.path.try"))


def read(path: str | os.PathLike[str]) -> ModelFile:
    """Read and verify a model file or the one in a run directory; raises InputError with one line that says why not."""
    file = resolve_model(path)
    return checked(file, bytes_of(file))


def bytes_of(file: Path, judge: Callable[[BinaryIO, int], None] = lambda *_: None) -> bytes:
    """Return what is in a file that may be a model file. `judge` is asked before, with the open file and its size, and
    raises what it will. Raises InputError for a name of another kind, a file too large or one that cannot be read.
    """
    refuse_by_name(file)
    try:
        with open_plain(file) as opened:
            size = os.fstat(opened.fileno()).st_size
            if size > LARGEST:
                got, most = phrase("value.bytes", n=f"{size:,}"), phrase("value.most", n=f"{LARGEST:,}")
                raise InputError("model.large", where=str(file), got=got, expected=most)
            judge(opened, size)
            opened.seek(0)
            return opened.read()
    except OSError as error:
        raise InputError("model.unreadable", where=str(file), got=error.strerror) from error


def checked(file: Path, data: bytes) -> ModelFile:
    """Return the model file at `file` that holds `data`; raises InputError with one line that says why not."""
    return ModelFile(file, check(data, str(file)), data)


def verify(path: str | os.PathLike[str]) -> str:
    """Check a whole model file as `read` does and return its digest."""
    return read(path).digest


def check(data: bytes, where: str) -> Metadata:
    """Check the bytes of a model file, digest first, and return what they say of themselves; raises InputError."""
    if not sealed(data):
        raise refused(data, where)
    try:
        model = parse_model(data)
        if "convscope.format" not in model.metadata:
            raise refused(data, where)
        metadata = from_records(model.metadata)
        if (model.ir, model.opsets) != (8, {"": 17}):
            raise MalformedError("model.form.opset")
        found = parse_graph(model.graph)
        half, quantised = graph.halves(metadata.network, found.tensors), rounding.kind_of(found.tensors)
        metadata = replace(metadata, half=half, quantised=quantised)
        if str(metadata.format) != model.metadata["convscope.format"]:
            raise MalformedError("model.form.format", n=metadata.format)
        _compare(found, metadata)
    except MalformedError as error:
        raise InputError("model.form", reason=error.brief(), where=where) from error
    except ConvscopeError as error:
        within = f"{where}, {error.where}" if error.where and isinstance(error.where, str) else error.where
        raise InputError.of(error, where=within or where) from error
    return metadata


def _compare(found: Graph, metadata: Metadata) -> None:
    """Raise MalformedError unless the graph is the one that the formula makes and every number in it can be used."""
    if (found.inputs, found.outputs) != graph.ends(metadata.network, metadata.rejection is not None):
        raise MalformedError("model.form.ends")
    calibration = metadata.calibration
    quantised = metadata.quantised
    wanted = graph.operators(metadata.network, calibration is not None, metadata.half, metadata.rejection, quantised)
    if found.operators != wanted:
        pairs = zip(found.operators, wanted, strict=False)
        name = next((want.output for operator, want in pairs if operator != want), None)
        raise MalformedError("model.form.graph", name=name or phrase("model.form.graph.end"))
    if found.values != (graph.values(metadata.network) if metadata.sized else ()):
        raise MalformedError("model.form.values")
    temperature = None if calibration is None else calibration.temperature
    tensors = graph.tensors(metadata.network, metadata.spec, temperature, metadata.half, metadata.rejection, quantised)
    if unmatched := sorted(found.tensors.keys() ^ tensors.keys()):
        raise MalformedError("model.form.unmatched", name=unmatched[0])
    for name, tensor in tensors.items():
        has = found.tensors[name]
        if (has.type, has.shape, len(has.data)) != (tensor.type, tensor.shape, tensor.size):
            raise MalformedError("model.form.shape", name=name)
        if tensor.data is not None and has.data != tensor.data:
            raise MalformedError("model.form.input", name=name)
        variance = name.removesuffix(".half").endswith(".running_var")
        kind = {FLOAT: "<f4", HALF: "<f2"}.get(tensor.type)
        if tensor.data is None and kind is not None and not is_usable(has.data, variance, kind):
            raise MalformedError("model.form.numbers", name=name)
    if quantised:
        data = {name: tensor.data for name, tensor in found.tensors.items()}
        if name := rounding.unscaled(graph.layout(metadata.network), data):
            raise MalformedError("model.form.numbers", name=name)


def is_usable(data: memoryview, variance: bool, kind: str = "<f4") -> bool:
    """Tell whether numbers of a `kind` are all finite, and not below 0 if they are variances."""
    if (
        kind == "<f4" and len(data) < 1 << 20 and sys.byteorder == "little" and not sys.modules.get("numpy")
    ):  # faster than to import it
        numbers = data.cast("f")
        return math.isfinite(sum(numbers)) and not (variance and min(numbers) < 0)
    import numpy as np

    array = np.frombuffer(data, kind)
    return bool(np.isfinite(array).all()) and not (variance and float(array.min()) < 0)
