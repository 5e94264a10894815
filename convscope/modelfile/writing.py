"""Writing model files: weights are checked, the graph is built from the formula, the digest comes last."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..calibration import Calibration
from ..errors import InputError, phrase
from ..files import atomic_write
from ..formula.network import Network
from ..formula.onnx_operators import Operator
from ..pictures.input_spec import InputSpec
from ..rejection import Fitted
from ..rejection.operators import shapes
from . import graph, quantised
from .digest import seal
from .metadata import Metadata, to_records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    import onnx

    Weights = Mapping[str, np.ndarray[Any, Any]]

IR, OPSET = 8, 17  # what runtimes of 2022 and later read


def write(
    path: str | os.PathLike[str],
    network: Network,
    spec: InputSpec,
    weights: Weights,
    classes: Sequence[str],
    facts: Mapping[str, object] | None = None,
    calibration: Calibration | None = None,
    half: Collection[str] = (),
    rejection: Fitted | None = None,
    rounding: quantised.Rounding | None = None,
) -> None:
    """Write a model file at `path`, in one step. The same arguments give the same bytes.

    `weights` holds a finite array for each "<node>.<weight>" of the network, `classes` a name for each score in order,
    `facts` whatever JSON can hold; by custom "training", "test" and "versions". With `calibration` the file's
    probabilities are calibrated; its logits never are. The weights named in `half` are kept in half precision, which
    must hold their very numbers. With `rejection` the file says how foreign a picture is. With `rounding`, by which
    the values of `graph.layout` are rounded, the file computes in 8 bits.
    Raises PlanError, InputError, EnvironmentFault.
    """
    atomic_write(path, serialise(network, spec, weights, classes, facts, calibration, half, rejection, rounding))


def serialise(
    network: Network,
    spec: InputSpec,
    weights: Weights,
    classes: Sequence[str],
    facts: Mapping[str, object] | None = None,
    calibration: Calibration | None = None,
    half: Collection[str] = (),
    rejection: Fitted | None = None,
    rounding: quantised.Rounding | None = None,
) -> bytes:
    """Return the bytes of a model file, digest included."""
    from onnx import helper

    stored = graph.halves(network, {f"{name}.half" for name in half})
    metadata = Metadata(
        network,
        spec,
        tuple(classes),
        dict(facts or {}),
        calibration,
        None if rejection is None else rejection.rejection,
        stored,
        quantised="" if rounding is None else rounding.kind,
    )
    records = to_records(metadata)
    encoded = _checked(network, weights, half)
    if rounding is not None:
        layout = graph.layout(network)
        encoded = {name: data for name, data in encoded.items() if name not in layout.whole}
        encoded |= quantised.encoded(layout, weights, rounding)
    model = helper.make_model(
        _graph(metadata, encoded | _learned(network, rejection)),
        ir_version=IR,
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="convscope",
    )
    helper.set_model_props(model, records)
    return seal(model.SerializeToString(deterministic=True))


def _checked(network: Network, weights: Weights, half: Collection[str]) -> dict[str, bytes]:
    """Return each weight's numbers as little-endian float32 or float16 by the name of their initialiser, once names,
    shapes and values are those of the network.
    """
    import numpy as np

    shapes = graph.weight_shapes(network)
    if unmatched := sorted((shapes.keys() ^ weights.keys()) | (set(half) - shapes.keys())):
        raise InputError("weights.names", got=phrase("weights.names.got", name=unmatched[0]))
    encoded = {}
    for name, shape in shapes.items():
        array = np.ascontiguousarray(weights[name], dtype="<f4")
        if weights[name].shape != shape:
            raise InputError("weights.shape", name=name, got=weights[name].shape, expected=f"{shape}")
        if not np.isfinite(array).all():
            raise InputError(
                "weights.finite",
                name=name,
                hint=phrase("weights.finite.try"),
            )
        if name.endswith(".running_var") and array.min() < 0:
            raise InputError("weights.variance", name=name)
        encoded[graph.stored(name, half)] = (_halved(name, array) if name in half else array).tobytes()
    return encoded


def _learned(network: Network, rejection: Fitted | None) -> dict[str, bytes]:
    """Return the rejection's numbers as little-endian float32, once names, shapes and values are as they must be."""
    import numpy as np

    if rejection is None:
        return {}
    wanted, found = shapes(network), {name: array.shape for name, array in rejection.tensors.items()}
    if found != wanted or not all(np.isfinite(array).all() for array in rejection.tensors.values()):
        raise InputError("rejection.tensors", got=f"{found}", expected=f"{wanted}")
    return {name: np.ascontiguousarray(array, "<f4").tobytes() for name, array in rejection.tensors.items()}


def _halved(name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return float32 numbers in half precision, or raise InputError where it does not hold them exactly."""
    import numpy as np

    with np.errstate(over="ignore"):
        halved = array.astype("<f2")
    if not np.array_equal(halved.astype("<f4"), array):
        raise InputError("weights.half", name=name, hint=phrase("weights.half.try"))
    return halved


def _graph(metadata: Metadata, weights: dict[str, bytes]) -> onnx.GraphProto:
    from onnx import helper

    network, calibration, half, rejection = metadata.network, metadata.calibration, metadata.half, metadata.rejection
    inputs, outputs = graph.ends(network, rejection is not None)
    temperature = None if calibration is None else calibration.temperature
    return helper.make_graph(
        [
            _node(operator)
            for operator in graph.operators(network, calibration is not None, half, rejection, metadata.quantised)
        ],
        "convscope",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        [
            helper.make_tensor(name, t.type, t.shape, weights[name] if t.data is None else t.data, raw=True)
            for name, t in graph.tensors(
                network, metadata.spec, temperature, half, rejection, metadata.quantised
            ).items()
        ],
        value_info=[helper.make_tensor_value_info(*value) for value in graph.values(network)],
    )


def _node(operator: Operator) -> onnx.NodeProto:
    from onnx import helper

    attributes: dict[str, Any] = operator.attributes
    return helper.make_node(operator.kind, operator.inputs, [operator.output], operator.output, **attributes)
