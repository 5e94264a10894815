"""Find out how a folder of pictures is laid out: classes, train/ and test/, pictures. Only names are read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, Said, did_you_mean, phrase, system_reason
from ..pictures.formats import SUFFIXES
from .class_order import checked_classes, composed, in_text_order
from .listing import Entry, FolderFiles, LeftOut, Listing

# Pictures by name, of formats that are not read: listed as skipped, where a text file would go unmentioned.
OTHER_PICTURES = frozenset(
    [
        ".heic",
        ".heif",
        ".avif",
        ".svg",
        ".jp2",
        ".jxl",
        ".psd",
        ".ico",
        ".tga",
        ".exr",
        ".raw",
        ".dng",
        ".cr2",
        ".nef",
        ".arw",
        ".eps",
        ".pcx",
    ]
)


Skips = list[LeftOut]


@dataclass(frozen=True)
class Folder:
    """The pictures of train/, test/ or the whole folder, class by class: path (from the root) and label of each."""

    paths: tuple[str, ...]
    labels: tuple[int, ...]

    def entries(self, split: str) -> tuple[Entry, ...]:
        """Return them as entries of one split."""
        return tuple(Entry(path, label, split) for path, label in zip(self.paths, self.labels, strict=True))


def survey(root: Path) -> Listing:
    """Find classes and pictures below `root`.

    train/ and test/ count as such if train/ holds folders; otherwise every sub-folder is a class. Hidden files and
    folders and files that are not pictures by their names are passed over; pictures that do not count are listed in
    `skipped`. Folders within a class belong to it, symbolic links are followed, and no folder is read twice.

    Raises InputError for a folder that cannot be listed, fewer than 2 classes, an empty class, a class in test/ only.
    """
    skipped: Skips = []
    top, loose = _listing(root, root)
    split = "train" in top and bool(_listing(root / "train", root)[0])
    skipped += [LeftOut(path, phrase("passed.loose")) for path in loose]
    seen = {_identity(root)}
    if not split:
        classes, train = _classes(root, "", seen, skipped)
        return _listing_of(root, classes, train, None, skipped)
    skipped += [LeftOut(name, phrase("passed.split")) for name in top if name not in ("train", "test")]
    seen |= {_identity(root / name) for name in ("train", "test") if name in top}
    classes, train = _classes(root, "train", seen, skipped)
    if "test" not in top:
        return _listing_of(root, classes, train, None, skipped)
    _, test = _classes(root, "test", seen, skipped, known=classes)
    if not test.paths:
        raise InputError("folder.test.empty", where=str(root / "test"), hint=phrase("folder.test.empty.try"))
    return _listing_of(root, classes, train, test, skipped)


def _listing_of(root: Path, classes: tuple[str, ...], train: Folder, test: Folder | None, skipped: Skips) -> Listing:
    entries = train.entries("train") + (test.entries("test") if test else ())
    return Listing(root.resolve().name, FolderFiles(root), classes, entries, tuple(skipped))


def _classes(
    root: Path, part: str, seen: set[tuple[int, int]], skipped: Skips, known: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], Folder]:
    """List the class folders of a part ("" is the root itself) and the pictures in each; `known` names it may have."""
    where = str(root / part)
    names, loose = _listing(root / part, root)
    if part:
        skipped += [LeftOut(path, phrase("passed.loose")) for path in loose]
    by_class: dict[str, str] = {}
    identities: dict[tuple[int, int], str] = {}
    for name in names:
        label, place = (composed(name), f"{part}/{name}" if part else name)
        identity = _identity(root / place)
        if known and label not in known:
            near = did_you_mean(label, list(known))
            raise InputError("folder.class.unknown", name=name, where=where, hint=near)
        twin = by_class.get(label) or identities.get(identity)
        if twin:
            raise InputError(
                "folder.class.twice",
                where=where,
                got=phrase("value.and", one=twin, other=place),
                hint=phrase("folder.class.twice.try"),
            )
        by_class[label] = identities[identity] = place
    classes = known or in_text_order(by_class)
    if len(classes) < 2:
        hint: Said = phrase("folder.classes.few.try")
        if len(names) == 1 and len(_listing(root / part / names[0], root)[0]) > 1:
            hint = str(root / part / names[0])  # unpacked archives often have one folder round everything
        raise InputError(
            "folder.classes.few",
            where=where,
            got=phrase("folder.classes.few.got", n=len(classes)),
            expected=phrase("value.least", n=2),
            hint=hint,
        )
    checked_classes(classes, where)
    seen = seen | set(identities)
    paths: list[str] = []
    labels: list[int] = []
    for number, class_name in enumerate(classes):
        if class_name not in by_class:
            continue
        mine = sorted(_pictures(root, by_class[class_name], seen, skipped))
        if not mine and not known:
            place = str(root / by_class[class_name])
            raise InputError("folder.class.empty", where=place, hint=phrase("folder.class.empty.try"))
        paths += mine
        labels += [number] * len(mine)
    return classes, Folder(tuple(paths), tuple(labels))


def _pictures(root: Path, place: str, seen: set[tuple[int, int]], skipped: Skips) -> list[str]:
    """Return the pictures in a class folder and the folders within it; a folder that was `seen` is not read again."""
    found: list[str] = []
    waiting = [place]
    while waiting:
        here = waiting.pop()
        try:
            folders, files = _listing(root / here, root)
        except InputError as error:
            skipped.append(LeftOut(here, error.brief()))
            continue
        for path in files:
            if Path(path).suffix.lower() in SUFFIXES:
                found.append(path)
            else:
                skipped.append(LeftOut(path, phrase("passed.format", suffix=Path(path).suffix)))
        for name in folders:
            identity = _identity(root / here / name)
            if identity in seen:
                skipped.append(LeftOut(f"{here}/{name}", phrase("passed.link")))
            else:
                seen.add(identity)
                waiting.append(f"{here}/{name}")
    return found


def _listing(folder: Path, root: Path) -> tuple[list[str], list[str]]:
    """Return the names of the visible sub-folders, and the paths from the root of the files with pictures' names."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    continue
                if os.path.isdir(entry.path):  # False for a link to itself
                    folders.append(entry.name)
                elif Path(entry.name).suffix.lower() in SUFFIXES | OTHER_PICTURES:
                    files.append((folder.relative_to(root) / entry.name).as_posix())
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(folder)) from None
    return sorted(folders), sorted(files)


def _identity(folder: Path) -> tuple[int, int]:
    """Return what tells one folder from another, whatever links lead to it."""
    status = folder.stat()
    return status.st_dev, status.st_ino
