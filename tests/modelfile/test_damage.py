"""No damaged file is ever used: every bit, every length; and what passes the digest is held against the formula."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import onnx
import pytest

from convscope.errors import InputError
from convscope.modelfile import read, serialise, verify
from convscope.modelfile.digest import HEAD, seal, sealed
from convscope.modelfile.reading import check
from tests.samples import sample_bytes

DATA = sample_bytes()


def refusal(data: bytes, path: Path) -> str:
    """Return the one line with which `data` as a file is refused."""
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(path)
    line = caught.value.line()
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    return line


def test_the_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(DATA)
    assert len(DATA) < 4000
    assert verify(tmp_path) == verify(tmp_path / "model.onnx") == DATA[-64:].decode()


@pytest.mark.medium
def test_every_single_flipped_bit_is_refused(tmp_path: Path) -> None:
    refused = 0
    for at in range(8 * len(DATA)):
        damaged = bytearray(DATA)
        damaged[at // 8] ^= 1 << at % 8
        try:
            check(bytes(damaged), "it")
        except InputError as error:
            refused += error.line() == "it: damaged or cut short: it does not match its own digest"
        if at % 97 == 0:  # some of them as files; reading takes no other way
            assert "damaged" in refusal(bytes(damaged), tmp_path / "model.onnx")
    assert refused == 8 * len(DATA)


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    """All but one as damaged: cut off just before its records, it is a whole ONNX file that says nothing of itself."""
    file, refused, foreign = tmp_path / "model.onnx", 0, list[int]()
    for length in range(len(DATA)):
        try:
            check(DATA[:length], "it")
        except InputError as error:
            refused += "\n" not in error.line() and (length < 32 or "damaged or cut short" in error.line())
            foreign += [length] if "did not write" in error.line() else []
        if length % 61 == 0:
            refusal(DATA[:length], file)
    assert refused + len(foreign) == len(DATA)
    assert [onnx.load_model_from_string(DATA[:length]).metadata_props for length in foreign] == [[]]


def test_anything_appended_is_refused(tmp_path: Path) -> None:
    for more in (b"\0", b"\n", DATA, HEAD + b"0" * 64, seal(b"")):
        assert "damaged" in refusal(DATA + more, tmp_path / "model.onnx")


def test_a_digest_in_capitals_is_refused() -> None:
    assert sealed(DATA)
    assert not sealed(DATA[:-64] + DATA[-64:].upper())
    assert not sealed(b"")
    assert not sealed(DATA[-64:])
    assert not sealed(b"x" + hashlib.sha256(b"x").hexdigest().encode())


def test_saved_again_by_another_tool_is_refused(tmp_path: Path) -> None:
    model = onnx.load_from_string(DATA)
    model.graph.node[3].doc_string = "changed"
    assert "damaged" in refusal(model.SerializeToString(), tmp_path / "model.onnx")


@pytest.mark.slow
def test_whatever_passes_under_a_forged_digest_is_what_the_writer_writes() -> None:
    """Flip bits, seal again: refused, or the same file as its own formula, weights and records make."""
    body, accepted, lines = DATA[: -64 - len(HEAD)], 0, set()
    for at in random.Random(0).sample(range(8 * len(body)), 4000):
        forged = bytearray(body)
        forged[at // 8] ^= 1 << at % 8
        data = seal(bytes(forged))
        try:
            metadata = check(data, "it")
        except InputError as error:
            lines.add(error.line())
            continue
        accepted += 1
        theirs = onnx.load_from_string(data)
        tensors = {t.name: onnx.numpy_helper.to_array(t) for t in theirs.graph.initializer}
        weights = {name: array for name, array in tensors.items() if name.split(".")[0] not in ("pictures", "crop1")}
        again = onnx.load_from_string(
            serialise(metadata.network, metadata.spec, weights, metadata.classes, metadata.facts)
        )
        for model in (theirs, again):  # a free text, and texts whose JSON may be spelled in several ways
            model.ClearField("producer_name")
            model.graph.ClearField("name")
            model.ClearField("metadata_props")
        assert theirs == again
    assert accepted > 300  # flips in the weights, mostly
    assert not any("\n" in line for line in lines)
