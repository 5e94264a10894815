"""Files that are not convscope's, or no longer whole: what they are, in one line, without trusting a byte of them."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, Phrase, phrase
from .protobuf import MalformedError, message


@dataclass(frozen=True, slots=True)
class _Kind:
    suffixes: tuple[str, ...]
    magics: tuple[bytes, ...]
    key: str
    hint: Phrase


_PICKLE = "model.pickle"
_TRAIN = phrase("model.train.try")
KINDS = (
    _Kind(
        (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin"),
        (b"PK\x03\x04", *(b"\x80" + bytes([v]) for v in range(2, 6))),
        _PICKLE,
        _TRAIN,
    ),
    _Kind(
        (".h5", ".hdf5", ".keras"),
        (b"\x89HDF\r\n\x1a\n",),
        "model.keras",
        _TRAIN,
    ),
    _Kind(
        (".safetensors",),
        (),
        "model.weights",
        phrase("model.weights.try"),
    ),
    _Kind(
        (".png", ".jpg", ".jpeg"),
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
        "model.picture",
        phrase("model.picture.try"),
    ),
)


def saved_by_torch(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file's name is one that torch.save's files have."""
    return Path(path).suffix.lower() in KINDS[0].suffixes and Path(path).is_file()


def is_script(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a TorchScript archive: a zip with code in it. Nothing in it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
    return any("/code/" in f"/{name}" for name in names)


def refuse_by_name(path: Path) -> None:
    """Raise InputError for a file whose name says that it is of another kind."""
    for kind in KINDS:
        if path.suffix.lower() in kind.suffixes:
            raise InputError(kind.key, where=str(path), hint=kind.hint)


def refused(data: bytes, where: str) -> InputError:
    """Return the error that says what `data`, without a digest that fits, most likely is."""
    for kind in KINDS:
        if data.startswith(kind.magics or (b"\0never",)):
            return InputError(kind.key, where=where, hint=kind.hint)
    if not data:
        return InputError("model.empty", where=where, hint=phrase("model.damaged.try"))
    if b"convscope." in data or (b"convscope" in data and not _is_whole(data)):  # keys of its metadata; its producer
        return InputError("model.damaged", where=where, hint=phrase("model.damaged.try"))
    if data[:1] in (b"\x08", b"\x12", b"\x3a") and b"\x3a" in data:  # ModelProto's ir_version, producer, graph
        return InputError("model.foreign", where=where, hint=_TRAIN)
    return InputError("model.other", where=where, hint=_TRAIN)


def _is_whole(data: bytes) -> bool:
    """Whether `data` is an ONNX model to its end, as far as its outermost message goes: with a graph and an opset."""
    try:
        fields = message(memoryview(data), "ModelProto", known="1 2 3 4 5 6 7 8* 14* 20* 25*")
    except MalformedError:
        return False
    return 7 in fields and 8 in fields
