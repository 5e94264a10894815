"""What a run has recorded of its data, for processes on machines that do not have the run's folder."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..data import Dataset
from ..errors import InputError, phrase, system_reason
from ..files import read_plain
from ..formula import parse, trace
from ..runs.manifest import MANIFEST
from .context import RunContext
from .loading import load_run
from .options import TrainOptions
from .resolve import check_batches
from .settings import RunSettings
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


def load_again(path: Path, settings: RunSettings, options: TrainOptions, context: RunContext) -> Dataset:
    """Return the pictures that the run recorded at `path` began with; note files that are new since.

    Raises InputError, naming files, where some are not there any more, or where there are too few for the processes.
    """
    given = options.data if isinstance(options.data, Dataset) else None
    found = load_run(path, given, cache=options.cache, progress=context.loading)
    changes, said = found.changes, found.changes.said()
    where = found.source.name or found.dataset.name
    if changes.other:
        raise InputError("run.data", where=where, hint=phrase("run.anew.try"))
    if changes.lost:
        raise InputError("run.files", where=where, got=said, hint=phrase("run.files.try"))
    if said is not None:
        context.note(phrase("note.data.new", name=where, changes=said))
    if found.dataset.fingerprint != settings.data.fingerprint:
        raise InputError("run.data", where=where, hint=phrase("run.anew.try"))
    network = trace(parse(settings.formula), found.dataset.shape, len(found.dataset.classes))
    check_batches(network, settings.recipe, settings.data.train, context.workers.size)
    return found.dataset


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
