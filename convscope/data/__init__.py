"""Where labelled pictures come from: by name, IDX files, folders of pictures, arrays. `load` is the entry point."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..pictures.resizing import RESIZE_RULE
from .dataset import Dataset, Split, arrays
from .disk_tree import folder_source
from .folder_layout import survey
from .idx_files import idx
from .listing import Listing
from .named_datasets import fashion_mnist, mnist
from .npz_arrays import npz
from .picture_size import ChooseSize
from .reading import Progress, read
from .resize_dataset import fitted
from .sources import NAMES, find_data
from .understanding import understood

__all__ = [
    "NAMES",
    "Dataset",
    "Listing",
    "Split",
    "arrays",
    "fashion_mnist",
    "find_data",
    "folder",
    "idx",
    "load",
    "mnist",
    "npz",
    "read",
    "understood",
]


def load(
    source: str | os.PathLike[str],
    *,
    size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    data_root: str | os.PathLike[str] | None = None,
    label_from: str | None = None,
    group_by: str | None = None,
    known_classes: Sequence[str] | None = None,
    white: int = 0,
    rule: str = RESIZE_RULE,
    choose_size: ChooseSize | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Dataset:
    """Load pictures by name ("mnist", "fashion-mnist") or by path: a folder of IDX files, a folder of pictures,
    a .zip archive of one, a table of labels (.csv, .tsv), arrays (.npz).

    `size` N or (H, W) and `channels` 1 or 3 are what the pictures become, by the rules of convscope.pictures.decoding;
    without them they stay as they are; `rule` is how they become so large (resizing.RULES). Folders of pictures are
    read as convscope.data.reading.read says, which `white`, `choose_size`, `cache` and `progress` are for. `data_root`
    is where fashion-mnist is, and where a name that is not known is looked for as a folder. A known
    name wins over a folder of that name in the current directory: write ./mnist for that one.

    `label_from` and `group_by` are regular expressions, searched for in the path of each picture within the source.
    `label_from` finds its label (its group called "label", else its first group, else the whole match), `group_by`
    likewise the group that it belongs to: pictures of one group stay on one side of every split that convscope makes.

    `known_classes` are those of a model that is to be measured: labels count into them, matched by name. There may be
    pictures of one of them alone, and none for training.

    Raises InputError for data that is not there or cannot be used, EnvironmentFault where a known set is not installed,
    UsageError for what is no regular expression or takes too long.
    """
    found = find_data(
        source, data_root=data_root, label_from=label_from, group_by=group_by, known_classes=known_classes
    )
    if isinstance(found, Dataset):
        return fitted(found, size, channels, rule)
    return read(
        found,
        size=size,
        channels=channels,
        white=white,
        rule=rule,
        choose_size=choose_size,
        cache=cache,
        progress=progress,
    )


def folder(
    path: str | Path, *, size: int | tuple[int, int] | None = None, channels: int | None = None, name: str | None = None
) -> Dataset:
    """Load a folder with a folder for each class, or train/, val/ and test/ with those.

    Class names are the folders' names in text order; val/ and test/ are matched by name and may lack classes. Pictures
    come class by class, by path in text order. `size` and `channels` as in convscope.data.reading.read.

    Raises InputError for fewer than 2 classes, a class without a readable picture, a class that train/ does not have,
    and what can be read in two ways.
    """
    return read(survey(folder_source(path)), size=size, channels=channels, name=name)
