"""Loading a training's data, with PyTorch imported meanwhile."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from .. import data
from ..data import Dataset
from ..machine.cpus import available_cpus
from ..machine.signals import interruptible


def load_dataset(
    source: str | os.PathLike[str] | Dataset | None,
    size: int | None,
    data_root: str | os.PathLike[str] | None,
    label_from: str | None = None,
    group_by: str | None = None,
) -> Dataset:
    """Return the data of that name or path ("mnist" for None), or the Dataset itself, its fingerprint computed. The
    arguments are those of `data.load`.

    PyTorch is imported meanwhile in another thread; on a single CPU that would only be slower
    (docs/log.md).
    """
    if available_cpus() > 1:  # a daemon: who stops while data loads does not wait for an import
        threading.Thread(target=_import_torch, name="import torch", daemon=True).start()
    if isinstance(source, Dataset):
        dataset = source
    else:
        with interruptible():
            dataset = data.load(
                source or "mnist", size=size, data_root=data_root, label_from=label_from, group_by=group_by
            )
    dataset.fingerprint  # noqa: B018 - computed once, here, during the import
    return dataset


def absolute(name: str | os.PathLike[str]) -> str:
    """Return a path so that it is found again from another folder; a data set's name as it is."""
    text = os.fspath(name)
    known = text.lower().replace("_", "-") in data.NAMES
    return str(Path(text).absolute()) if not known and os.path.exists(text) else text


def _import_torch() -> None:
    with contextlib.suppress(ImportError, OSError):  # the import that needs it raises it again
        import torch  # noqa: F401
