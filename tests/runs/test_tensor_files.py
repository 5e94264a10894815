"""Tensor files: what goes in comes out, and no damage goes unnoticed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from convscope.errors import InputError
from convscope.runs import tensor_files
from convscope.runs.digests import ZEROS, filled
from convscope.runs.tensor_files import pack, unpack

FORMAT = "convscope.test/1"


def contents() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "weights.a": rng.normal(size=(3, 2)).astype(np.float32),
        "b": rng.integers(0, 255, (2, 2, 2), dtype=np.uint8),
        "c": np.arange(6, dtype=np.int32).reshape(2, 3).T,  # not in C order
        "d": np.float16([np.inf, -0.0]),
        "empty": np.zeros((0, 4), np.float32),
        "number": np.array(3.5),
    }


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    facts = {"step": 7, "recent": [[0.1, 2, 16]], "time": {"seconds": 1.25}, "name": "é 😀"}
    path = tmp_path / "x.safetensors"
    tensor_files.write(path, contents(), facts, FORMAT)
    tensors, got = tensor_files.read(path, FORMAT)
    assert got == facts
    assert tensors.keys() == contents().keys()
    for name, array in contents().items():
        assert tensors[name].dtype == array.dtype
        assert tensors[name].tobytes() == array.tobytes()
        assert tensors[name].shape == array.shape
    assert pack(contents(), facts, FORMAT) == path.read_bytes()


def test_plain_safetensors_opens_it(tmp_path: Path) -> None:
    tensor_files.write(tmp_path / "x", contents(), {}, FORMAT)
    with safe_open(tmp_path / "x", framework="np") as file:
        assert np.array_equal(file.get_tensor("weights.a"), contents()["weights.a"])


def test_every_flipped_bit_is_refused() -> None:
    data = bytearray(pack({"a": np.arange(5, dtype=np.float32)}, {"step": 1}, FORMAT))
    for at in range(len(data)):
        for bit in range(8):
            data[at] ^= 1 << bit
            with pytest.raises(InputError):
                unpack(bytes(data), FORMAT)
            data[at] ^= 1 << bit
    unpack(bytes(data), FORMAT)


def test_every_truncation_and_addition_is_refused() -> None:
    data = pack({"a": np.arange(5, dtype=np.float32)}, {"step": 1}, FORMAT)
    for end in range(len(data)):
        with pytest.raises(InputError, match="damaged or incomplete"):
            unpack(data[:end], FORMAT)
    with pytest.raises(InputError):
        unpack(data + b"\0", FORMAT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\xff" * 100,
        b"PK\x03\x04" + b"x" * 50,
        b"\x02" + b"\0" * 7 + b"{}",
        b"\x04" + b"\0" * 7 + b"null",
        b"\x02" + b"\0" * 7 + b"[]",
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="here: is damaged"):
        unpack(data, FORMAT, where="here")


def test_deep_nesting_is_refused() -> None:
    header = b'{"__metadata__":' + b"[" * 100_000
    with pytest.raises(InputError):
        unpack(len(header).to_bytes(8, "little") + header, FORMAT)


def test_a_header_that_fills_the_file_is_read() -> None:
    """Without tensors the header ends where the file does; one byte more than the file has is refused."""
    data = pack({}, {"step": 1}, FORMAT)
    length = int.from_bytes(data[:8], "little")
    assert length == len(data) - 8
    assert unpack(data, FORMAT) == ({}, {"step": 1})
    with pytest.raises(InputError, match="damaged or incomplete"):
        unpack((length + 1).to_bytes(8, "little") + data[8:], FORMAT)


def test_another_kind_or_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="another kind or version, expected convscope"):
        unpack(pack({}, {}, "convscope.test/2"), FORMAT)
    with pytest.raises(InputError, match="cannot be read"):
        tensor_files.read(tmp_path / "none", FORMAT)


def test_a_file_that_says_it_has_a_terabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    tensor_files.write(path, contents(), {}, FORMAT)
    os.truncate(path, 1 << 40)
    with pytest.raises(InputError, match="damaged or incomplete"):
        tensor_files.read(path, FORMAT)


@pytest.mark.parametrize(
    "tensor",
    [
        {"dtype": "BF16", "shape": [6]},
        {"dtype": "F8_E4M3", "shape": [12]},
        {"dtype": "F4", "shape": [24]},
        {"dtype": "F32", "shape": [1] * 70 + [3]},
        {"dtype": "F32", "shape": [0, 2**62], "data_offsets": [12, 12]},
        {"dtype": "F32", "shape": [2**31, 0, 2**31], "data_offsets": [12, 12]},
        {"dtype": "F32", "shape": [0, 2**63], "data_offsets": [12, 12]},
        {"dtype": "F32", "shape": [-3]},
    ],
)
def test_types_and_shapes_that_numpy_does_not_have_are_damage(tensor: dict[str, Any]) -> None:
    """Such files keep to the format and their digest fits."""
    sound = {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}
    entry = json.dumps({"format": FORMAT, "digest": ZEROS.decode()})
    tensors = {"a": sound | tensor} if "data_offsets" not in tensor else {"a": sound, "b": tensor}
    header = json.dumps({"__metadata__": {"convscope": entry}} | tensors).encode()
    with pytest.raises(InputError, match="damaged"):
        unpack(filled(len(header).to_bytes(8, "little") + header + bytes(12)), FORMAT)


def test_a_header_is_priced_before_it_is_read() -> None:
    header = b'{"a":[' + b"{}," * 20_000_000 + b"{}]}"
    with pytest.raises(InputError, match="damaged"):
        unpack(len(header).to_bytes(8, "little") + header, FORMAT)
