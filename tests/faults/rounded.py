"""What a file of 8 bits must compute, step by step: each value rounded by half a step at most, and between two
roundings what torch makes of the rounded ones. Whole networks can't be compared: one value that torch rounds up and
ONNX Runtime down may change all that comes after it.
"""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from convscope.formula.network import PICTURE
from convscope.modelfile import ModelFile, graph
from convscope.nn import build, load_weights
from convscope.prediction.inner_values import inner_values

LEVELS = 255


def computed_otherwise(file: ModelFile, pictures: np.ndarray) -> str:
    """Return which value of a quantised file is not what its numbers say; "" where all are."""
    nodes, layout = file.network.nodes, graph.layout(file.network)
    names = ["pictures.scaled", *(node.name for node in nodes)]
    names += [name for name in layout.values if name not in names]
    names += [f"{name}.dequantised" for name in layout.values]
    (values,) = inner_values(file, names, pictures)
    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load_from_string(file.data).graph.initializer}
    with np.errstate(all="ignore"):
        for name, own in layout.values.items():
            step, zero = np.float64(tensors[f"{own}.scale"]), int(tensors[f"{own}.zero_point"])
            if not _rounded(values[name], values[f"{name}.dequantised"], step, zero):
                return f"{name} is not rounded in steps of {step} from {zero}"
        net = load_weights(build(file.network, file.spec), dict(file.weights)).eval()
        for node in nodes:
            if any(name.startswith(f"{node.name}.") for name in layout.values):
                continue  # it rounds within
            read = ["pictures.scaled" if source == PICTURE else nodes[source].name for source in node.sources]
            given = [values[f"{name}.dequantised" if name in layout.values else name] for name in read]
            with torch.no_grad():
                wanted = net.get_submodule(node.name)(*map(torch.from_numpy, given)).numpy()
            if not _alike(values[node.name].reshape(wanted.shape), wanted):
                return f"{node.name}: torch {wanted.tolist()}, ONNX Runtime {values[node.name].tolist()}"[:600]
    return ""


def _rounded(value: np.ndarray, rounded: np.ndarray, step: np.float64, zero: int) -> bool:
    """Whether numbers within the levels are the nearest level, and others the nearest end."""
    within = np.clip(value.astype(np.float64), -zero * step, (LEVELS - zero) * step)
    level = rounded / step  # beyond float32's largest number a level is no number
    fine = ~np.isfinite(value) | ~np.isfinite(level) | (np.abs(level - within / step) <= 0.5001)
    return bool(fine.all())


def _alike(found: np.ndarray, wanted: np.ndarray) -> bool:
    fine = np.isfinite(wanted)
    scale = max(1e-30, float(np.abs(wanted[fine]).max(initial=0)))
    return bool((~fine | (np.abs(found - wanted) <= 1e-3 * scale)).all())
