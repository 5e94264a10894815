"""What a program reads of how to use a model: held to what the file's own graph and records say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
import pytest

from convscope.modelfile import read, serialise
from convscope.modelfile.contract import Contract
from tests.calibration.made import calibrated
from tests.rejection.made import rejecting
from tests.samples import sample


@pytest.mark.parametrize("calibrates", [False, True])
@pytest.mark.parametrize("rejects", [False, True])
@pytest.mark.parametrize("shape", [(1, 6, 5), (3, 6, 5)])
def test_it_is_what_the_graph_computes(
    tmp_path: Path, shape: tuple[int, int, int], calibrates: bool, rejects: bool
) -> None:
    network, spec, weights, classes = sample(shape=shape)
    calibration, fitted = calibrated(0.5) if calibrates else None, rejecting(network) if rejects else None
    data = serialise(network, spec, weights, classes, None, calibration, rejection=fitted)
    (tmp_path / "model.onnx").write_bytes(data)
    said = cast("Any", json.loads(json.dumps(Contract(read(tmp_path).metadata).to_json())))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (read_by_graph,) = session.get_inputs()
    assert (said["input"]["name"], said["input"]["shape"]) == (read_by_graph.name, read_by_graph.shape)
    assert f"tensor({said['input']['type']})" == read_by_graph.type
    assert {one.name: one.shape for one in session.get_outputs()} == {
        name: output["shape"] for name, output in said["outputs"].items()
    }
    assert said["input"]["channels"] == ("grey" if shape[0] == 1 else "RGB")
    pictures = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    logits, probabilities = session.run(["logits", "probabilities"], {"pictures": pictures})
    powers = np.exp(logits / said["outputs"]["probabilities"]["temperature"])
    assert probabilities == pytest.approx(powers / powers.sum(1, keepdims=True), rel=1e-5)
    tensors = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load_from_string(data).graph.initializer}
    scaled = said["input"]["scaled_by_graph"]
    for name in ("mean", "std"):
        assert any(np.allclose(t.ravel(), scaled[name]) for t in tensors.values() if t.size == shape[0]), name
    if fitted is not None:
        assert said["outputs"]["outsider"]["threshold"] == fitted.rejection.threshold
