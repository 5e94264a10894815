"""ONNX Runtime as a back end under test: every node's output, from the very file that is shipped."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime

from convscope.formula import Network


def session(data: bytes) -> onnxruntime.InferenceSession:
    """Return a session with one thread that keeps quiet."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def outputs(data: bytes, network: Network, pictures: np.ndarray) -> list[np.ndarray]:
    """Return every node's output: the values that bear the nodes' names, made outputs of the graph."""
    model = onnx.load_from_string(data)
    names = [node.name for node in network.nodes]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    made = session(model.SerializeToString()).run(names, {"pictures": pictures})
    return [np.asarray(value) for value in made]
