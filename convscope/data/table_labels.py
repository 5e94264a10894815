"""Labels from tables beside the pictures: which file each row means, and which files no row does."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..errors import InputError, Phrase, phrase
from .class_order import composed
from .label_table import MOST_BYTES, Row, parse_table
from .labelled import Labelled, Reading
from .layout import Layout
from .listing import LeftOut
from .split_names import split_of
from .tree import Folder, Source, suffix

TABLES = (".csv", ".tsv")
DEEP = 2  # folders below the table's own in which a bare name is looked for


@dataclass(frozen=True)
class Table:
    """A table of labels: its path, the folder that it lies in, its rows, and the split that its name speaks of."""

    path: str
    folder: Folder
    rows: list[Row]

    @property
    def split(self) -> str | None:
        """The split of rows that do not name one: train.csv, or labels.csv within train/."""
        return split_of(self.path.rpartition("/")[2].rpartition(".")[0]) or split_of(self.folder.name)


def open_table(source: Source, folder: Folder, path: str) -> Table:
    """Read the table at `path`, which lies in `folder`. Raises InputError as parse_table does."""
    where = f"{source.where}/{path}"
    size = source.files.size(path)
    if size > MOST_BYTES:
        got, most = (phrase("value.bytes", n=f"{n:,}") for n in (size, MOST_BYTES))
        raise InputError("table.large", where=where, got=got, expected=phrase("value.most", n=most))
    return Table(path, folder, parse_table(source.files.read(path), where))


def tables_in(source: Source, layout: Layout) -> tuple[list[Table], InputError | None]:
    """Return the tables of labels that lie beside everything or within a split, and what is wrong with the first that
    cannot be read. Kaggle's sample_submission.csv has no labels.
    """
    tables, wrong = [], None
    folders = {folder.path: folder for folder in (source.root, layout.top, *layout.parts.values())}
    for folder in folders.values():
        for path in folder.contents.others:
            if suffix(path) in TABLES and "submission" not in path.rpartition("/")[2].lower():
                try:
                    tables.append(open_table(source, folder, path))
                except InputError as error:
                    if error.key != "table.columns":
                        wrong = wrong or error
    return tables, wrong


def read_tables(source: Source, layout: Layout, tables: list[Table], *, alone: bool = False) -> Reading:
    """Return the pictures that tables label. Not `alone`, pictures of the source that no row names are left out.

    A row's split is what it says, else what its table or that table's folder is called, else the split in whose folder
    the picture lies. Rows without a file, without a label or with another row's picture are left out with their line.

    Raises InputError where two tables label one picture differently.
    """
    reading = Reading([], [], [])
    taken: dict[str, tuple[str, Table, Row]] = {}
    twice: set[str] = set()
    for table in tables:
        finder, n = Finder(source.root, table.folder), len(reading.rows)
        for row in table.rows:
            found = _file(finder, layout, table, row)
            if isinstance(found, Phrase):
                reading.left_out.append(LeftOut(row.path, found))
                continue
            label, other, first = taken.setdefault(found, (row.label, table, row))
            if first is row:
                split = row.split or table.split or layout.split_at(found) or "train"
                reading.rows.append(Labelled(found, row.label, split, row.group))
            elif label != row.label and other is not table:
                got = phrase("value.and", one=other.path, other=table.path)
                hint = phrase("table.two.try", table=f"{source.where}/{table.path}")
                raise InputError("table.two", where=source.where, got=got, first=found, hint=hint)
            elif label != row.label and found not in twice:
                twice.add(found)
                reason = phrase("table.row.twice", one=label, other=row.label, line=row.line)
                reading.left_out.append(LeftOut(found, reason))
        if len(reading.rows) > n:
            rows = f"{len(reading.rows) - n:,}"
            reading.notes.append(phrase("note.table", table=table.path, n=rows, total=f"{len(table.rows):,}"))
    reading.rows[:] = [row for row in reading.rows if row.path not in twice]
    if not alone:
        for path in source.root.pictures_below(reading.left_out):
            if path not in taken:
                reading.left_out.append(LeftOut(path, phrase("passed.table")))
    return reading


def _file(finder: Finder, layout: Layout, table: Table, row: Row) -> str | Phrase:
    """Return the path of the picture that a row means, or why there is none."""
    if not row.path or not row.label:
        return phrase("table.row.empty", line=row.line)
    found = finder.find(row.path)
    split = row.split or table.split or "train"
    if len(found) > 1:
        found = [path for path in found if layout.split_at(path) == split] or found
    if not found:
        return phrase("table.row.missing", line=row.line)
    return found[0] if len(found) == 1 else phrase("table.row.several", line=row.line, one=found[0], other=found[1])


class Finder:
    """Finds files by what a table calls them: by a path from the table's folder or the source, or by a name, with or
    without its ending, in the table's folder or one a little below. Of paths from the root of another machine the
    first that fits says how much to take away from all.
    """

    def __init__(self, root: Folder, folder: Folder) -> None:
        self.root, self.folder = root, folder
        self._files: dict[str, dict[str, list[str]]] = {}
        self._foreign: list[str] | None = None

    def find(self, cell: str) -> list[str]:
        """Return the paths of the files that a cell may mean, the nearest alone."""
        path = posixpath.normpath(composed(cell).replace("\\", "/"))
        *parts, name = path.split("/")
        if path[0] != "/" and path[1:2] != ":":
            return self._below(parts, name)
        if self._foreign is None:
            tails = (n for n in range(1, len(parts) + 1) if self._below(parts[n:], name))
            self._foreign = parts[: next(tails, 0)] or None
        before = self._foreign
        return self._below(parts[len(before) :], name) if before and parts[: len(before)] == before else []

    def _below(self, parts: list[str], name: str) -> list[str]:
        """Return the files of that name in folders `parts` below one of those from which paths count."""
        levels = ([file for start in level for file in self._named(start, parts, name)] for level in self._levels)
        return next(filter(None, levels), [])

    @cached_property
    def _levels(self) -> list[list[Folder]]:
        """The folders from which paths may count: the table's own, the source, then those below, level by level."""
        levels, level = [[self.folder], [self.root]], [self.folder]
        for _ in range(DEEP):
            level = [within for folder in level for within in folder.folders.values()]
            levels.append(level)
        return levels

    def _named(self, start: Folder, parts: list[str], name: str) -> list[str]:
        folder: Folder | None = start
        for part in parts:
            folder = folder and {composed(key): one for key, one in folder.folders.items()}.get(part)
        if folder is None:
            return []
        if folder.path not in self._files:
            self._files[folder.path] = dict(_by_name(folder))
        return self._files[folder.path].get(name, [])


def _by_name(folder: Folder) -> Iterator[tuple[str, list[str]]]:
    """Yield the pictures of a folder by their names, and by these without their endings."""
    stems: dict[str, list[str]] = {}
    for path in folder.contents.pictures:
        stems.setdefault(composed(path.rpartition("/")[2].rpartition(".")[0]), []).append(path)
    yield from stems.items()
    for path in folder.contents.pictures:
        yield composed(path.rpartition("/")[2]), [path]
