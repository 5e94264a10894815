"""Labels from folders: one folder a class, at the top or within train/, val/ and test/."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from ..errors import InputError, phrase
from .class_order import composed
from .labelled import Labelled, Reading, listed
from .layout import Layout, class_folders, unwrapped
from .listing import SPLITS, LeftOut
from .name_labels import propose
from .split_names import split_of
from .tree import Folder, Source, suffix

ARCHIVES = frozenset((".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"))
# Folders of pictures that say nothing of what is in them: test/images, Keras' test/unknown.
NO_CLASS = re.compile(r"(all|unknown|unlabel\w*|images?|imgs?|pictures?|photos?|data|files)$", re.IGNORECASE)
# Beside a folder of pictures these hold boxes or masks: labels of YOLO, annotations of VOC and COCO.
BOXES = re.compile(r"(labels?|annotations?|masks?|bboxes|xmls?|ImageSets)$", re.IGNORECASE)
BOX_FILES = re.compile(r"(coco|annotations?).*\.json$|^classes\.txt$|^data\.ya?ml$", re.IGNORECASE)


def read_class_folders(source: Source, layout: Layout, known: tuple[str, ...] | None = None) -> Reading:
    """Return the pictures of the class folders of every part.

    Pictures beside class folders, folders without pictures and unlabelled splits are left out. Raises InputError where
    the layout is in doubt, and where there are pictures but no class folders to learn from.
    """
    if layout.doubt is not None:
        raise layout.doubt
    reading = Reading([], [*layout.left_out], [*layout.notes])
    if layout.top not in layout.parts.values():
        _pass_loose(reading, layout.top)
    classes: Collection[str] = known or ()
    for split in filter(layout.parts.__contains__, SPLITS):
        part = layout.parts[split]
        folder = unwrapped(part, classes) if part is not layout.top else part
        found = class_folders(folder)
        own = composed(folder.name or source.name)
        if not found and own in (known or ()) and folder.contents.pictures:
            reading.rows.extend(Labelled(path, own, split) for path in folder.contents.pictures)
            reading.notes.append(phrase("note.class.own", name=own))
            continue
        unlabelled = _says_nothing(folder, found, classes)
        if unlabelled and split != "train":
            pictures = folder.pictures_below(reading.left_out)
            reading.left_out.extend(LeftOut(path, phrase("passed.unlabelled")) for path in pictures)
            place = f"{part.path}/"
            reading.notes.append(phrase("note.unlabelled", split=split, folder=place, n=f"{len(pictures):,}"))
            continue
        _check_no_boxes(source, layout, folder, found)
        if unlabelled:
            raise _no_class(source, next(iter(found.values()), folder))
        _pass_loose(reading, folder)
        _pass_empty(reading, folder, found)
        _add_classes(reading, source, folder, found, split)
        classes = classes or {composed(name) for name in found}
    return reading


def _add_classes(reading: Reading, source: Source, folder: Folder, found: dict[str, Folder], split: str) -> None:
    """Add the pictures of each class of a part. Raises InputError where two folders are one class."""
    taken: dict[tuple[str, str], str] = {}
    for name, one in found.items():
        label = composed(name)
        for key in (("name", label), ("place", one.real)):
            if key in taken:
                raise InputError(
                    "folder.class.twice",
                    where=f"{source.where}/{folder.path}".rstrip("/"),
                    got=phrase("value.and", one=taken[key], other=one.path),
                    hint=phrase("folder.class.twice.try"),
                )
            taken[key] = one.path
        reading.rows.extend(Labelled(path, label, split) for path in one.pictures_below(reading.left_out))


def _pass_loose(reading: Reading, folder: Folder) -> None:
    """Leave out the pictures that lie in a folder beside its folders."""
    loose = folder.contents.pictures
    if loose:
        reading.left_out.extend(LeftOut(path, phrase("passed.loose")) for path in loose)
        reading.notes.append(phrase("note.loose", n=f"{len(loose):,}", first=loose[0]))


def _pass_empty(reading: Reading, folder: Folder, found: dict[str, Folder]) -> None:
    """Leave out the folders of a part that hold no pictures."""
    empty = [one.path for name, one in folder.folders.items() if name not in found and not split_of(name)]
    if empty:
        reading.left_out.extend(LeftOut(path, phrase("passed.empty")) for path in empty)
        reading.notes.append(phrase("note.class.empty", names=listed(empty)))


def _says_nothing(folder: Folder, found: dict[str, Folder], classes: Collection[str]) -> bool:
    """Tell whether a split's pictures lie together, without a class."""
    if not found:
        return True
    (name, *more) = found
    return not more and composed(name) not in classes and bool(NO_CLASS.match(name) or split_of(name))


def _check_no_boxes(source: Source, layout: Layout, folder: Folder, found: dict[str, Folder]) -> None:
    """Raise InputError for pictures with boxes or masks beside them: those are for detection, not classification."""
    if not all(NO_CLASS.match(name) or BOXES.match(name) or name == "JPEGImages" for name in found):
        return
    for place in (folder, layout.top, source.root):
        names = [path.rpartition("/")[2] for path in place.contents.others]
        signs = [*filter(BOXES.match, place.folders), *filter(BOX_FILES.search, names)]
        if signs:
            where = f"{source.where}/{place.path}".rstrip("/")
            raise InputError("folder.boxes", where=where, got=listed(signs), hint=phrase("folder.boxes.try"))


def _no_class(source: Source, folder: Folder) -> InputError:
    """Return the error of a folder without class folders."""
    where = f"{source.where}/{folder.path}".rstrip("/")
    pictures = folder.contents.pictures
    if pictures:
        seen = phrase("folder.flat.got", n=f"{len(pictures):,}", first=pictures[0])
        pattern = propose(pictures)
        hint = phrase("folder.names.try", pattern=pattern) if pattern else phrase("folder.classes.few.try")
        return InputError("folder.flat", where=where, got=seen, hint=hint)
    endings = Counter(suffix(path) or path for one in folder.walk([]) for path in one.contents.others)
    got = ", ".join(f"{n:,} {ending}" for ending, n in endings.most_common(3))
    hint = phrase("archive.try") if endings.keys() & ARCHIVES else phrase("folder.none.try")
    return InputError("folder.none", where=where, got=got or phrase("value.none"), hint=hint)
