"""Model files that can say "none of these": written and read back, and refused where anything is changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from convscope.errors import InputError
from convscope.modelfile import read, serialise
from convscope.modelfile.digest import HEAD, seal
from convscope.rejection import Fitted
from convscope.rejection.operators import WHITENING
from tests.calibration.made import calibrated
from tests.rejection.made import rejecting
from tests.samples import sample

SHAPE = (3, 6, 5)
SAMPLE = sample(shape=SHAPE)
FITTED = rejecting(SAMPLE[0])
DATA = serialise(*SAMPLE, None, calibrated(), rejection=FITTED)


@pytest.mark.parametrize("frozen", [False, True])
def test_there_and_back(tmp_path: Path, frozen: bool) -> None:
    fitted = rejecting(SAMPLE[0], frozen=frozen)
    (tmp_path / "model.onnx").write_bytes(serialise(*SAMPLE, None, calibrated(), rejection=fitted))
    file = read(tmp_path / "model.onnx")
    assert file.metadata.rejection == fitted.rejection
    assert len(fitted.rejection.parts) == (3 if frozen else 2)
    assert file.metadata.calibration == calibrated()
    onnx.checker.check_model(onnx.load_from_string(DATA), full_check=True)


def test_files_without_it_stay_as_they_were() -> None:
    assert b"outsider" not in serialise(*sample(shape=SHAPE), None, calibrated())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none(value: float, tmp_path: Path) -> None:
    broken = {**FITTED.tensors, WHITENING: np.full_like(FITTED.tensors[WHITENING], value)}
    with pytest.raises(InputError, match="not finite"):
        serialise(*sample(shape=SHAPE), rejection=Fitted(FITTED.rejection, broken))
    raw = onnx.load_from_string(DATA[: -64 - len(HEAD)])
    tensor = next(t for t in raw.graph.initializer if t.name == WHITENING)
    tensor.raw_data = broken[WHITENING].astype("<f4").tobytes()
    refused(raw, tmp_path, WHITENING)


def test_tensors_of_other_pictures() -> None:
    with pytest.raises(InputError, match="rejection's tensors"):
        serialise(*sample(shape=(1, 6, 5)), rejection=FITTED)


@pytest.mark.parametrize("name", ["outsider.picture.middle", "outsider.features.spread", "outsider.picture.kernels"])
def test_a_constant_that_is_another(name: str, tmp_path: Path) -> None:
    raw = onnx.load_from_string(DATA[: -64 - len(HEAD)])
    tensor = next(t for t in raw.graph.initializer if t.name == name)
    changed = np.frombuffer(tensor.raw_data, "<f4") + np.float32(1)
    tensor.raw_data = changed.tobytes()
    refused(raw, tmp_path, name)


def test_operators_that_are_others(tmp_path: Path) -> None:
    raw = onnx.load_from_string(DATA[: -64 - len(HEAD)])
    node = next(n for n in raw.graph.node if n.output[0] == "outsider")
    node.op_type = "Min"
    refused(raw, tmp_path, "outsider")


def test_an_output_that_is_missing(tmp_path: Path) -> None:
    raw = onnx.load_from_string(DATA[: -64 - len(HEAD)])
    del raw.graph.output[2]
    refused(raw, tmp_path, "model.onnx")


def refused(raw: onnx.ModelProto, tmp_path: Path, name: str) -> None:
    (tmp_path / "model.onnx").write_bytes(seal(raw.SerializeToString()))
    with pytest.raises(InputError, match=name):
        read(tmp_path / "model.onnx")
