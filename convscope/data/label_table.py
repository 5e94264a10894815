"""A table of labels: CSV, semicolons or tabs, whose columns go by the names that such tables commonly have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self, TextIO

from ..errors import InputError, phrase
from .labelled import listed
from .listing import SPLITS
from .split_names import split_of
from .tree import is_picture_name

MOST_BYTES = 64 << 20
MOST_ROWS = 2_000_000
MOST_CHARACTERS = 1 << 20  # of a row
DELIMITERS = ",;\t"
# Columns by their usual names, the first found counts: Kaggle's tables, fastai, Hugging Face, AutoML, medical sets.
PATHS = (
    *("path", "filepath", "filepaths", "imagepath", "imgpath", "file", "files", "filename", "filenames", "fname"),
    *("imagefile", "imagefilename", "image", "images", "imagename", "imageid", "img", "imgname", "imgid", "picture"),
    *("photo", "id", "idcode", "name"),
)
LABELS = (
    *("label", "labels", "labelname", "class", "classes", "classname", "classid", "category", "categoryname"),
    *("categoryid", "labelid", "target", "tag", "species", "breed", "diagnosis", "dx"),
)
PARTS = ("split", "splits", "set", "subset", "dataset", "partition", "phase")
GROUPS = ("group", "groups", "groupid", "patient", "patientid", "subject", "subjectid")
VALIDATION = ("isvalid", "isvalidation")  # fastai's column of True and False
TRUE, FALSE = ("true", "1", "yes"), ("false", "0", "no", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, the path that it names, label, split (None: not said) and group ("": none)."""

    line: int
    path: str
    label: str
    split: str | None = None
    group: str = ""


def parse_table(data: bytes, where: str) -> list[Row]:
    """Return the rows of a table of labels, rows without anything in them left out.

    Its first line names the columns: one of paths, one of labels, and if it has them split and group; or one of paths
    and a column of zeros and ones for each class, one of them 1; or there are two columns, and the first line is a row.

    Raises InputError "table.columns" for a table of other things; and for one of labels that is damaged, naming the
    line.
    """
    if len(data) > MOST_BYTES:
        got, most = (phrase("value.bytes", n=f"{n:,}") for n in (len(data), MOST_BYTES))
        raise InputError("table.large", where=where, got=got, expected=phrase("value.most", n=most))
    lines = _lines(data, where)
    _, header = next(lines, (0, []))
    if not header:
        raise InputError(
            "table.columns", where=where, got=phrase("value.none"), expected=phrase("table.columns.expected")
        )
    names = [re.sub(r"[\W_]", "", cell).lower() for cell in header]
    if any(name.startswith("pixel") for name in names):
        raise InputError("table.pixels", where=where, got=listed(header), hint=phrase("table.pixels.try"))
    if len(names) == 2 and is_picture_name(header[0]):
        return [Row(line, *_cells(cells, 2)) for line, cells in chain([(1, header)], lines)]
    path = _column(names, PATHS)
    label = _column([*names[:path], "", *names[path + 1 :]], LABELS) if path is not None else None
    if path is not None and label is None and len(names) == 2:
        label = 1 - path
    if path is None or (label is None and len(names) < 3):
        expected = phrase("table.columns.expected")
        raise InputError("table.columns", where=where, got=listed(header), expected=expected)
    if label is None:
        return _one_hot(header, lines, path, where)
    split, group, valid = (_column(names, known) for known in (PARTS, GROUPS, VALIDATION))
    rows = []
    for line, short in lines:
        cells = _cells(short, len(names))
        part = None if split is None else _split(cells[split], f"{where}, line {line}")
        if valid is not None and part is None:
            part = _validation(cells[valid], f"{where}, line {line}")
        rows.append(Row(line, cells[path], cells[label], part, "" if group is None else cells[group]))
    return rows


def _lines(data: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that has some, blanks round them taken away, as they are asked for:
    all together would take twenty times the memory of the table.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError("table.encoding", where=where, line=line, hint=phrase("table.encoding.try")) from None
    with io.TextIOWrapper(io.BytesIO(data), encoding, newline="") as text:
        first = text.readline(MOST_CHARACTERS)
        delimiter = max(DELIMITERS, key=lambda one: (first.count(one), -DELIMITERS.index(one)))
        text.seek(0)
        pieces = _Pieces(text)
        reader = csv.reader(pieces, delimiter=delimiter, skipinitialspace=True)
        rows = 0
        try:
            for row in reader:
                pieces.characters = 0
                cells = [cell.strip() for cell in row]
                if any(cells):
                    rows += 1
                    yield reader.line_num, cells
                if rows > MOST_ROWS:
                    most = phrase("value.most", n=f"{MOST_ROWS:,}")
                    raise InputError("table.rows", where=where, expected=most)
        except csv.Error as error:
            raise InputError("table.damaged", where=where, line=reader.line_num, reason=str(error)) from None


class _Pieces:
    """The lines of a text for csv. Raises csv.Error for a row that has more than MOST_CHARACTERS."""

    def __init__(self, text: TextIO) -> None:
        self.characters, self._text = 0, text

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        piece = self._text.readline(MOST_CHARACTERS)
        self.characters += len(piece)
        if self.characters >= MOST_CHARACTERS:
            raise csv.Error(f"row larger than row limit ({MOST_CHARACTERS})")
        if not piece:
            raise StopIteration
        return piece


def _one_hot(header: list[str], lines: Iterable[tuple[int, list[str]]], path: int, where: str) -> list[Row]:
    """Return the rows of a table with a column of zeros and ones for each class (Roboflow's _classes.csv)."""
    classes = [k for k in range(len(header)) if k != path]
    rows = []
    for line, short in lines:
        cells = _cells(short, len(header))
        if not all(cells[k] in ("0", "1") for k in classes):
            expected = phrase("table.columns.expected")
            raise InputError("table.columns", where=where, got=listed(header), expected=expected)
        ones = [header[k] for k in classes if cells[k] == "1"]
        if len(ones) > 1:
            hint = phrase("table.several.try")
            raise InputError("table.several", where=where, line=line, got=listed(ones), hint=hint)
        rows.append(Row(line, cells[path], ones[0] if ones else ""))
    return rows


def _split(cell: str, where: str) -> str:
    split = split_of(cell)
    if split is None:
        raise InputError("table.split", where=where, got=cell, expected=", ".join(SPLITS))
    return split


def _validation(cell: str, where: str) -> str | None:
    if cell.lower() not in TRUE + FALSE:
        raise InputError("table.split", where=where, got=cell, expected=", ".join(TRUE + FALSE[:-1]))
    return "validation" if cell.lower() in TRUE else None


def _column(names: Sequence[str], known: Sequence[str]) -> int | None:
    """Return the number of the column that has the first of the `known` names that is there."""
    return next((names.index(name) for name in known if name in names), None)


def _cells(cells: list[str], n: int) -> list[str]:
    """Return `n` cells, empty ones for those that a short line lacks."""
    return [*cells[:n], *[""] * (n - len(cells))]
