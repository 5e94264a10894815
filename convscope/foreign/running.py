"""A foreign graph in ONNX Runtime, every value that depends on the picture made an output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..machine.cpus import available_cpus
from ..prediction.runtime import onnx_runtime
from .step import Array

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto


class Session:
    """A model on pictures of `shape`, where a name stands for any number; `wanted` are the values that it gives. One
    run uses so many `threads`; left out, as many as there are CPUs, up to four.
    """

    def __init__(
        self,
        model: ModelProto,
        picture: str,
        shape: Sequence[int | str],
        wanted: Sequence[str],
        threads: int | None = None,
    ) -> None:
        from onnx import ModelProto as Model
        from onnx import helper

        asked = Model()
        asked.CopyFrom(model)
        graph = asked.graph
        kind = next(value for value in graph.input if value.name == picture).type.tensor_type.elem_type
        held = [value for value in graph.input if value.name != picture]
        del graph.input[:], graph.output[:], graph.value_info[:]
        graph.input.extend([helper.make_tensor_value_info(picture, kind, list(shape)), *held])
        self.wanted = [name for name in dict.fromkeys(wanted) if name != picture]
        graph.output.extend(helper.make_empty_tensor_value_info(name) for name in self.wanted)
        self.picture = picture
        self._session = _session(asked, threads)

    def run(self, x: Array) -> dict[str, Array]:
        """Return every wanted value for one input."""
        made = _run(self._session, self.wanted, {self.picture: x})
        return dict(zip(self.wanted, made, strict=True))


def compute(node: NodeProto, feeds: Mapping[str, Array], opset: int, wanted: list[str]) -> list[Array]:
    """Return what one node makes of constants."""
    from onnx import helper

    types = {name: helper.np_dtype_to_tensor_dtype(value.dtype) for name, value in feeds.items()}
    inputs = [helper.make_tensor_value_info(name, types[name], value.shape) for name, value in feeds.items()]
    outputs = [helper.make_empty_tensor_value_info(name) for name in wanted]
    graph = helper.make_graph([node], "constants", inputs, outputs)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return _run(_session(model), wanted, {name: np.array(value, order="C") for name, value in feeds.items()})


def _session(model: ModelProto, threads: int | None = None) -> Any:
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4  # errors are raised
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = threads or min(4, available_cpus())
    options.inter_op_num_threads = 1
    try:
        return runtime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own have no base in common
        raise InputError("foreign.runtime", got=_first_line(error)) from error


def _run(session: Any, wanted: Sequence[str], feeds: Mapping[str, Array]) -> list[Array]:
    try:
        return list(session.run(list(wanted), dict(feeds)))
    except Exception as error:  # likewise
        raise InputError("foreign.runtime", got=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]
