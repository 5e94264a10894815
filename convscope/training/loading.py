"""Loading a training's data, with PyTorch imported meanwhile."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from .. import data
from ..baseline.size_choice import choose_size
from ..data import Dataset
from ..data.reading import Progress
from ..data.relabelling import relabelled
from ..data.resize_dataset import fitted
from ..data.run_data import RunData, load_run_data
from ..machine.cpus import available_cpus
from ..runs.label_changes import read_label_changes
from .options import TrainOptions
from .workers import Workers

OWN_WORDS = ("data", "data_root", "out", "resume", "cache", "changes")  # may be other words on another machine


def load_dataset(
    options: TrainOptions,
    *,
    size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Return the data that a training was asked for ("mnist" for None), its fingerprint computed, at the size that the
    options or else `size` say, with so many `channels`. PyTorch is imported meanwhile. Raises
    what its import raises.
    """
    torch_imported = _begin_importing_torch()
    if isinstance(options.data, Dataset):
        dataset = fitted(options.data, size, channels)
    else:
        dataset = data.load(
            options.data or "mnist",
            size=options.size or size,
            channels=channels,
            data_root=options.data_root,
            label_from=options.label_from,
            group_by=options.group_by,
            choose_size=choose_size,
            cache=options.cache,
            progress=progress,
        )
    if options.changes is not None:
        dataset = relabelled(dataset, read_label_changes(options.changes))
    dataset.fingerprint  # noqa: B018 - computed once, here, during the import
    torch_imported()
    return dataset


def require_same(options: TrainOptions, dataset: Dataset, workers: Workers) -> None:
    """Raise InputError where another process was asked for another training, or has other data or another version."""
    if workers.size == 1:
        return
    from ..machine.device import environment

    asked = {f.name: str(getattr(options, f.name)) for f in fields(options) if f.name not in OWN_WORDS}
    workers.agree({**environment(None).versions, "data": dataset.fingerprint, **asked})


def load_run(path: Path, given: Dataset | None, *, cache: bool = True, progress: Progress | None = None) -> RunData:
    """Return the data of the run at `path` as load_run_data does, its fingerprint computed, with PyTorch imported
    meanwhile.
    """
    torch_imported = _begin_importing_torch()
    found = load_run_data(path, given, cache=cache, progress=progress)
    found.dataset.fingerprint  # noqa: B018 - as above
    torch_imported()
    return found


def _begin_importing_torch() -> Callable[[], None]:
    """Import PyTorch in another thread; on a single CPU that would only be slower (docs/log.md). Return what waits for
    it and raises what the import raised: a second import would speak of what the first has left half done.
    """
    failed: list[Exception] = []

    def import_torch() -> None:
        try:
            import torch  # noqa: F401
        except Exception as error:
            failed.append(error)

    def wait() -> None:
        if thread.ident is not None:
            thread.join()
        for error in failed:
            raise error

    # a daemon: who stops while data loads does not wait for an import
    thread = threading.Thread(target=import_torch, name="import torch", daemon=True)
    if available_cpus() > 1:
        with contextlib.suppress(RuntimeError):  # no more threads: it is imported when it is needed
            thread.start()
    return wait


def absolute(name: str | os.PathLike[str]) -> str:
    """Return a path so that it is found again from another folder; a data set's name as it is."""
    text = os.fspath(name)
    known = text.lower().replace("_", "-") in data.NAMES
    return str(Path(text).absolute()) if not known and os.path.exists(text) else text
