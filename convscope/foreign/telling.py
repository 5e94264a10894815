"""Which files are foreign ONNX files, told without importing anything that takes long."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError
from ..files import read_plain
from ..modelfile import resolve_model
from ..modelfile.digest import sealed
from ..modelfile.other_formats import refused
from ..modelfile.reading import LARGEST


def foreign_file(path: str | os.PathLike[str]) -> Path | None:
    """Return the file that `path` means where it is an ONNX file that convscope did not write, else None."""
    try:
        file = resolve_model(path)
        data = read_plain(file, LARGEST)  # a file that says it has a terabyte is not read
    except (InputError, OSError):
        return None  # whoever opens it says why not
    if sealed(data) or file.suffix.lower() not in (".onnx", ""):
        return None
    return file if refused(data, "").key == "model.foreign" else None
