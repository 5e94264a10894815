"""How a source's folders stand: what is wrapped round everything, and which folders are splits rather than classes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..errors import InputError, Phrase, phrase
from .class_order import composed
from .labelled import listed
from .listing import SPLITS, LeftOut
from .split_names import split_folders
from .tree import Folder, Source


@dataclass(frozen=True)
class Layout:
    """The folder in which the parts lie, each part's folder by split, what takes no part, and what is said of it.

    Without splits the one part is "train", the folder itself. `names` are all that could be splits by their names.
    `doubt` is the error to raise where class folders are to be read and it is not sure which are splits.
    """

    top: Folder
    parts: dict[str, Folder]
    names: dict[str, str]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Phrase, ...] = ()
    doubt: InputError | None = None

    def split_at(self, path: str) -> str | None:
        """Return the split in whose folder a path lies, by that folder's name; None where it lies in none."""
        below = path[len(self.top.path) :].lstrip("/") if self.top.path else path
        folder, slash, _ = below.partition("/")
        return self.names.get(folder) if slash else None


def find_layout(source: Source, known: Collection[str] = ()) -> Layout:
    """Find the splits of a source, going into a folder that is wrapped round everything. Folders called like one of the
    `known` classes are classes.

    A split's name is a class's where there are two or more other class folders beside it, and all hold nothing but
    pictures, or all hold folders. Folders beside training and other splits take no part if their folders are not those
    of train. What else stands beside splits is in doubt.
    """
    top, notes = source.root, []
    while (inner := only_folder(top)) and composed(inner.name) not in known and not split_folders([inner.name]):
        top = inner
        notes = [phrase("note.wrapped", folder=f"{inner.path}/")]
    full = class_folders(top)
    names = {name: split for name, split in split_folders(top.folders).items() if composed(name) not in known}
    splits = {name: split for name, split in names.items() if name in full}
    others = [name for name in full if name not in names]
    if not splits:
        return Layout(top, {"train": top}, names, notes=tuple(notes))
    kind = _kind(full, splits, others) if others else "splits"
    if kind == "classes":
        notes.append(phrase("note.split.class", names=listed(list(splits)), others=listed(others)))
        return Layout(top, {"train": top}, {}, notes=tuple(notes))
    parts = {split: top.folders[name] for name, split in reversed(splits.items())}
    doubt = _doubt(source, top, splits, bool(known))
    if kind == "doubt":
        hint, shown = phrase("layout.ambiguous.try"), listed(list(splits))
        doubt = InputError("layout.ambiguous", where=source.where, splits=shown, others=listed(others), hint=hint)
    left_out = [LeftOut(full[name].path, phrase("passed.split")) for name in others]
    notes += [phrase("note.split.beside", names=listed(others))] if others else []
    empty = [name for name in names if name not in splits]
    left_out += [LeftOut(top.folders[name].path, phrase("passed.empty")) for name in empty]
    notes += [phrase("note.split.empty", names=listed(empty))] if empty else []
    return Layout(top, parts, names, tuple(left_out), tuple(notes), doubt)


def _kind(full: dict[str, Folder], splits: dict[str, str], others: list[str]) -> str:
    """Return what folders with splits' names are that stand beside `others`: "classes", "splits", or in "doubt"."""
    inner = {name: set(class_folders(unwrapped(folder))) for name, folder in full.items()}
    roles = set(splits.values())
    if len(others) > 1 and (not any(inner.values()) or (all(inner.values()) and roles == {"train"})):
        return "classes"
    training = {name for folder, split in splits.items() if split == "train" for name in inner[folder]}
    apart = not any(training & inner[name] for name in others)
    return "splits" if len(training) > 1 and len(roles) > 1 and apart else "doubt"


def _doubt(source: Source, top: Folder, splits: dict[str, str], measured: bool) -> InputError | None:
    """Return what speaks against reading folders as splits: two of one split, none to train on."""
    for split in SPLITS:
        names = [name for name in splits if splits[name] == split]
        if len(names) > 1:
            hint = phrase("layout.twice.try")
            return InputError("layout.twice", where=source.where, split=split, got=listed(names), hint=hint)
    if "train" in splits.values() or measured:
        return None
    hint = phrase("layout.train.none.try", folder=f"{source.where}/{top.folders[next(iter(splits))].path}")
    return InputError("layout.train.none", where=source.where, got=listed(list(splits)), hint=hint)


def class_folders(folder: Folder) -> dict[str, Folder]:
    """Return the folders in it that hold pictures, by name."""
    return {name: one for name, one in folder.folders.items() if one.has_pictures()}


def only_folder(folder: Folder) -> Folder | None:
    """Return the one folder in which all pictures are, if folders with pictures lie in it: it is wrapped round
    everything, and is no class.
    """
    if folder.contents.pictures:
        return None
    within = class_folders(folder)
    if len(within) != 1:
        return None
    (one,) = within.values()
    return one if class_folders(one) else None


def unwrapped(folder: Folder, classes: Collection[str] = ()) -> Folder:
    """Return the folder that a split's own folder is wrapped round (Kaggle's training_set/training_set), else itself.

    Folders called like one of `classes` are classes.
    """
    while (inner := only_folder(folder)) and composed(inner.name) not in classes:
        folder = inner
    return folder
