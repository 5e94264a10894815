"""Which files are convscope's model files and which are ONNX files of others, told by one reading of each, without
importing anything that takes long.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError, phrase
from ..modelfile import ModelFile, resolve_model
from ..modelfile.digest import RECORD, ends_in_record, sealed
from ..modelfile.other_formats import refused
from ..modelfile.reading import bytes_of, checked
from .bounds import LARGEST

HEAD = 1 << 16  # bytes that tell what a file is that is too large to be read


@dataclass(frozen=True, repr=False)
class ForeignFile:
    """An ONNX file that convscope did not write: where it lies, and all that is in it, unchecked."""

    path: Path
    data: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def model_or_foreign(path: str | os.PathLike[str]) -> ModelFile | ForeignFile:
    """Return the file that `path` means, a model file's digest and graph verified; it is read once, and not at all past
    the bounds. Raises InputError with one line that says why it is neither.
    """
    file = resolve_model(path)
    data = bytes_of(file, lambda opened, size: _judge(opened, size, file))
    other = not sealed(data) and file.suffix.lower() in (".onnx", "") and refused(data, "").key == "model.foreign"
    return ForeignFile(file, data) if other else checked(file, data)


def foreign_file(path: str | os.PathLike[str]) -> ForeignFile:
    """Return a file that is known to be an ONNX file of others. Raises InputError where it cannot be read."""
    file = Path(path)
    return ForeignFile(file, bytes_of(file, lambda opened, size: _judge(opened, size, file)))


def _judge(opened: BinaryIO, size: int, file: Path) -> None:
    """Raise InputError for a file beyond the bound of foreign ones that does not end as a model file does."""
    if size <= LARGEST:
        return
    opened.seek(size - RECORD)
    if ends_in_record(opened.read(RECORD)):
        return
    opened.seek(0)
    found = refused(opened.read(HEAD), str(file))
    if found.key == "model.foreign":
        most = phrase("value.most", n=f"{LARGEST:,}")
        raise InputError("foreign.large", where=str(file), got=f"{size:,}", expected=most)
    raise found
