"""Files that are not convscope's, or no longer whole: what they are, in one line, without trusting a byte of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError


@dataclass(frozen=True, slots=True)
class _Kind:
    suffixes: tuple[str, ...]
    magics: tuple[bytes, ...]
    what: str
    hint: str


_PICKLE = "a PyTorch or pickle file, which can run code when it is opened; convscope never opens one"
_TRAIN = "convscope train writes a model.onnx; its run directory will do too"
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
        "a Keras or HDF5 file, not a model that convscope wrote",
        _TRAIN,
    ),
    _Kind(
        (".safetensors",),
        (),
        "weights alone (safetensors), without class names or input",
        "the model.onnx in the same run directory",
    ),
    _Kind(
        (".png", ".jpg", ".jpeg"),
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
        "a picture, not a model",
        "the model comes first, then the pictures",
    ),
)


def refuse_by_name(path: Path) -> None:
    """Raise InputError for a file whose name says that it is of another kind."""
    for kind in KINDS:
        if path.suffix.lower() in kind.suffixes:
            raise InputError(kind.what, where=str(path), hint=kind.hint)


def refused(data: bytes, where: str) -> InputError:
    """Return the error that says what `data`, without a digest that fits, most likely is."""
    for kind in KINDS:
        if data.startswith(kind.magics or (b"\0never",)):
            return InputError(kind.what, where=where, hint=kind.hint)
    if not data:
        return InputError("the file is empty", where=where, hint="copy or train it again")
    if b"convscope" in data:
        return InputError(
            "damaged or cut short: it does not match its own digest", where=where, hint="copy or train it again"
        )
    if data[:1] in (b"\x08", b"\x12", b"\x3a") and b"\x3a" in data:  # ModelProto's ir_version, producer, graph
        return InputError("an ONNX file that convscope did not write", where=where, hint=_TRAIN)
    return InputError("not a model file", where=where, hint=_TRAIN)
