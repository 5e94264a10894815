"""Where labelled pictures come from: data sets by name, IDX folders, folders of pictures, arrays. `load` is the front door."""

from __future__ import annotations

import os
from pathlib import Path

from convscope.data.dataset import Dataset, Split, arrays
from convscope.data.idxfiles import idx
from convscope.data.named import mnist
from convscope.errors import InputError, did_you_mean

__all__ = ["Dataset", "Split", "arrays", "idx", "load", "mnist"]


def load(source: str | os.PathLike[str]) -> Dataset:
    """Load "mnist" or the IDX folder at a path. Raises InputError for anything else."""
    if source == "mnist":
        return mnist()
    if not Path(source).is_dir():
        raise InputError("no such data", where=str(source), hint=did_you_mean(str(source), ["mnist"]))
    return idx(Path(source))
