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
    """The folder in which the parts lie, each part's folder by split, and what was understood.

    Without splits the one part is "train", the folder itself. `ambiguous` is the error to raise where class folders
    are to be read and there are two ways to.
    """

    top: Folder
    parts: dict[str, Folder]
    notes: tuple[Phrase, ...] = ()
    ambiguous: InputError | None = None


def find_layout(source: Source, known: Collection[str] = ()) -> Layout:
    """Find the splits of a source, going into a folder that is wrapped round everything. Folders called like one of the
    `known` classes are classes.

    A split's name is a class's where there are two or more other class folders beside it, and all hold nothing but
    pictures, or all hold folders. Folders beside training and other splits take no part if their folders are not those
    of train. What else stands beside splits is ambiguous.
    """
    top, notes = source.root, []
    while (inner := only_folder(top)) and composed(inner.name) not in known and not split_folders([inner.name]):
        top = inner
        notes = [phrase("note.wrapped", folder=f"{inner.path}/")]
    full = {name: folder for name, folder in top.folders.items() if folder.has_pictures()}
    splits = {name: split for name, split in split_folders(top.folders).items() if composed(name) not in known}
    held = {name: split for name, split in splits.items() if name in full}
    others = [name for name in full if name not in splits]
    if not held:
        return Layout(top, {"train": top}, tuple(notes))
    inner_names = {name: set(class_folders(unwrapped(folder))) for name, folder in full.items()}
    if others:
        flat = not any(inner_names.values())
        nested = all(inner_names.values())
        if len(others) > 1 and (flat or (nested and set(held.values()) == {"train"})):
            notes.append(phrase("note.split.class", names=listed(list(held)), others=listed(others)))
            return Layout(top, {"train": top}, tuple(notes))
        training = {name for folder, split in held.items() if split == "train" for name in inner_names[folder]}
        apart = not any(training & inner_names[name] for name in others)
        if not (len(training) > 1 and len(set(held.values())) > 1 and apart):
            error = InputError(
                "layout.ambiguous",
                where=source.where,
                splits=listed(list(held)),
                others=listed(others),
                hint=phrase("layout.ambiguous.try"),
            )
            return Layout(top, {"train": top}, tuple(notes), error)
        source.passed.extend([LeftOut(full[name].path, phrase("passed.split")) for name in others])
        notes.append(phrase("note.split.beside", names=listed(others)))
    notes += pass_loose(source, top)
    return Layout(top, *_parts(source, top, held, splits, notes, bool(known)))


def _parts(
    source: Source, top: Folder, held: dict[str, str], splits: dict[str, str], notes: list[Phrase], measured: bool
) -> tuple[dict[str, Folder], tuple[Phrase, ...], InputError | None]:
    """Return the folder of each split, notes, and what speaks against reading them."""
    error = None
    folders = {split: [name for name in held if held[name] == split] for split in SPLITS}
    for split, names in folders.items():
        if len(names) > 1:
            hint = phrase("layout.twice.try")
            error = InputError("layout.twice", where=source.where, split=split, got=listed(names), hint=hint)
    if not folders["train"] and not measured:
        hint = phrase("layout.train.none.try", folder=f"{source.where}/{top.folders[next(iter(held))].path}")
        error = InputError("layout.train.none", where=source.where, got=listed(list(held)), hint=hint)
    empty = [name for name in splits if name not in held]
    if empty:
        source.passed.extend([LeftOut(top.folders[name].path, phrase("passed.empty")) for name in empty])
        notes.append(phrase("note.split.empty", names=listed(empty)))
    parts = {split: top.folders[names[0]] for split, names in folders.items() if names}
    return parts, tuple(notes), error


def pass_loose(source: Source, folder: Folder) -> list[Phrase]:
    """Pass over the pictures that lie in a folder beside its folders; return the note that says so."""
    loose = folder.contents.pictures
    source.passed.extend(LeftOut(path, phrase("passed.loose")) for path in loose)
    return [phrase("note.loose", n=f"{len(loose):,}", first=loose[0])] if loose else []


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
