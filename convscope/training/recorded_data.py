"""What a run has recorded of its data, for processes on machines that do not have the run's folder."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError, system_reason
from ..files import read_plain
from ..runs.manifest import MANIFEST
from .workers import Workers


@contextmanager
def recorded_data(run: Path, workers: Workers) -> Iterator[Path]:
    """Yield a folder with run.json and manifest.csv of a run: the run's own, and where another or none is at its path,
    as on another machine, a copy of what the first process has.
    """
    recorded = workers.broadcast(workers.on_first(_digest, run)) if workers.size > 1 else None
    absent = workers.rank > 0 and _digest(run) != recorded
    if not any(workers.any_true(absent)):
        yield run
        return
    files = workers.broadcast(workers.on_first(_texts, run))
    if not absent or not isinstance(files, dict):
        yield run
        return
    with tempfile.TemporaryDirectory(prefix="convscope-") as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        yield Path(folder)


def _digest(run: Path) -> str:
    """Return what tells a run from any other; "" where there is none."""
    try:
        return hashlib.sha256(read_plain(run / "run.json")).hexdigest()
    except OSError:
        return ""


def _texts(run: Path) -> dict[str, str]:
    try:
        names = [name for name in ("run.json", MANIFEST) if (run / name).exists()]
        return {name: read_plain(run / name).decode("utf-8", "surrogateescape") for name in names}
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(run)) from None
