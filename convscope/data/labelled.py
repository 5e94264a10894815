"""From pictures with the names of their classes to a Listing: classes are numbered, and checked against each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import InputError, Phrase, phrase, printable
from .class_order import checked_classes, composed, in_text_order
from .listing import SPLITS, Entry, LeftOut, Listing
from .tree import Source

SHOWN = 12  # class names in one message


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture's path within its source, the name of its class, its split and group ("" for none)."""

    path: str
    label: str
    split: str = "train"
    group: str = ""


@dataclass(frozen=True)
class Reading:
    """One way to understand a source: its labelled pictures, what takes no part, and what is said of it."""

    rows: list[Labelled]
    left_out: list[LeftOut]
    notes: list[Phrase]


def make_listing(source: Source, reading: Reading, known: tuple[str, ...] | None = None) -> Listing:
    """Return a reading of a source as a Listing: split by split, class by class, by path.

    Classes are those of the training pictures in text order; validation and test pictures may lack some, but not have
    others. With `known` the pictures are there to be measured by a model with these classes: they may be of any of
    them, in any split, but of no others.

    Raises InputError for other classes, both sides named, and without `known` for fewer than 2.
    """
    rows = [(SPLITS.index(one.split), composed(one.label), one.path, one.group) for one in reading.rows]
    classes = known or in_text_order({label for split, label, _, _ in rows if split == 0})
    for split in range(len(SPLITS)):
        others = in_text_order({label for part, label, _, _ in rows if part == split} - set(classes))
        if others:
            raise _unknown(source, others, classes, "" if known else SPLITS[split])
    if known is None:
        if len(classes) < 2:
            raise InputError(
                "folder.classes.few",
                where=source.where,
                got=phrase("folder.classes.few.got", n=len(classes), names=listed(classes)),
                expected=phrase("value.least", n=2),
                hint=phrase("folder.classes.few.try"),
            )
        checked_classes(classes, source.where)
    numbers = {name: number for number, name in enumerate(classes)}
    ordered = sorted((split, numbers[label], path, group) for split, label, path, group in rows)
    entries = tuple(Entry(path, number, SPLITS[split], group) for split, number, path, group in ordered)
    left_out = tuple(sorted((*source.passed, *reading.left_out), key=lambda one: one.path))
    return Listing(
        source.name,
        source.files,
        classes,
        entries,
        left_out,
        (*reading.notes, *_look_alikes(classes)),
        known is not None,
    )


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """Return names as one text that any terminal takes, cut to the first `most`.

    >>> listed(["cat", "dog", "owl"], 2)
    'cat, dog … (3)'
    """
    shown = ", ".join(printable(name, 40) for name in names[:most])
    return shown if len(names) <= most else f"{shown} … ({len(names):,})"


def _unknown(source: Source, others: Sequence[str], classes: Sequence[str], split: str) -> InputError:
    """Return the error of pictures of a `split` whose classes the training pictures do not have; "": nor the model."""
    names, where, hint = listed(others), source.where, phrase("folder.class.unknown.try")
    if not split:
        return InputError("folder.class.model", names=names, where=where, expected=listed(classes), hint=hint)
    expected = listed(classes) or phrase("value.none")
    return InputError("folder.class.unknown", split=split, names=names, where=where, expected=expected, hint=hint)


def _look_alikes(classes: Sequence[str]) -> Iterable[Phrase]:
    """Yield a note if some class names differ in nothing but case, spaces, _ or -."""
    alike: dict[str, list[str]] = {}
    for name in classes:
        plain = unicodedata.normalize("NFKC", name).casefold()
        alike.setdefault("".join(c for c in plain if c not in " _-") or plain, []).append(name)
    twins = [" = ".join(names) for names in alike.values() if len(names) > 1]
    if twins:
        yield phrase("note.class.alike", names=listed(twins))
