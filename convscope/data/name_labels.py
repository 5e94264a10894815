"""Labels and groups from the paths of pictures, by a regular expression; and a proposal of one for flat folders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..errors import InputError, phrase
from .labelled import Labelled, Reading
from .layout import Layout
from .listing import LeftOut
from .patterns import extract
from .tree import Source

FEW = 8  # classes that a proposed expression names one by one
LONG = 100  # characters of a name in which a number is looked for
# How people number pictures: cat.12.jpg, cat (3).png, great_pyrenees_12.jpg; or 12-cat.jpg.
NAME_FIRST = r"([^/]*?[^/\W\d_])(?:[^\w/]|_)*\d(?:[^\w/]|[\d_])*(\.\w+)?$"
NUMBER_FIRST = r"\d(?:[^\w/]|_)*([^/\d.]*[^/\W\d_])\.\w+$"
SIMPLE = (
    r"([^/]+)_\d+\.",
    r"([^/]+)-\d+\.",
    r"([^/]+)\.\d+\.",
    r"([^/]+) \(\d+\)\.",
    r"([^/\d]+)\d+\.",
    r"\d[ _-]+([^/\d.]+)\.",
)


def read_names(source: Source, layout: Layout, pattern: str) -> Reading:
    """Return the pictures of a source whose path the expression `pattern` matches, labelled by what it finds.

    Folders that are splits by their names are splits. Pictures that do not match are left out. Raises UsageError for
    what is no expression, InputError where no picture matches.
    """
    reading = Reading([], [], [])
    paths = source.root.pictures_below(reading.left_out)
    labels = extract(pattern, "label", paths, "--label-from")
    for path, label in zip(paths, labels, strict=True):
        if label:
            reading.rows.append(Labelled(path, label, layout.split_at(path) or "train"))
        else:
            reading.left_out.append(LeftOut(path, phrase("passed.pattern")))
    if not reading.rows:
        hint = phrase("pattern.none.try")
        raise InputError("pattern.none", where=source.where, got=paths[0] if paths else None, hint=hint)
    n, total = f"{len(reading.rows):,}", f"{len(paths):,}"
    reading.notes.append(phrase("note.pattern.labels", pattern=pattern, n=n, total=total))
    return reading


def add_groups(reading: Reading, pattern: str) -> Reading:
    """Return a reading whose pictures are in the groups that the expression `pattern` finds in their paths; those that
    it does not match are in none. Raises UsageError for what is no expression.
    """
    groups = extract(pattern, "group", [row.path for row in reading.rows], "--group-by")
    rows = [replace(row, group=group or "") for row, group in zip(reading.rows, groups, strict=True)]
    alone = sum(not row.group for row in rows)
    n = f"{len({row.group for row in rows} - {''}):,}"
    note = phrase("note.pattern.groups", pattern=pattern, n=n, alone=f"{alone:,}")
    return Reading(rows, reading.left_out, [*reading.notes, note])


def propose(paths: Sequence[str]) -> str:
    """Return an expression that finds a label in the paths of pictures which are numbered, several a label; "" if there
    is none to be seen.

    >>> propose(["cat.0.png", "cat.1.png", "dog.0.png", "dog.1.png"])
    '(cat|dog)'
    """
    names = [path.rpartition("/")[2][-LONG:] for path in paths]
    for pattern in (NAME_FIRST, NUMBER_FIRST):
        labels = _search(pattern, names)
        counts = Counter(label for label in labels if label)
        matched = counts.total()
        if matched >= 0.95 * len(paths) and 2 <= len(counts) <= matched / 2:
            words = "|".join(map(re.escape, sorted(counts, key=lambda label: (-len(label), label))))
            tried = [f"({words})"] * (len(counts) <= FEW) + [*SIMPLE, pattern]
            return next((one for one in tried if _search(one, paths) == labels), "")
    return ""


def _search(pattern: str, texts: Sequence[str]) -> list[str | None]:
    compiled = re.compile(pattern)
    return [match and match[1] for match in map(compiled.search, texts)]
