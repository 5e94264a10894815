"""A table of labels: CSV, semicolons or tabs, whose columns go by the names that such tables commonly have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError, phrase
from .labelled import listed
from .listing import SPLITS
from .split_names import split_of
from .tree import is_picture_name

MOST_BYTES = 64 << 20
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
    if not lines:
        raise InputError(
            "table.columns", where=where, got=phrase("value.none"), expected=phrase("table.columns.expected")
        )
    names = [re.sub(r"[\W_]", "", cell).lower() for cell in lines[0][1]]
    if any(name.startswith("pixel") for name in names):
        raise InputError("table.pixels", where=where, got=listed(lines[0][1]), hint=phrase("table.pixels.try"))
    if len(names) == 2 and is_picture_name(lines[0][1][0]):
        return [Row(line, *_cells(cells, 2)) for line, cells in lines]
    path = _column(names, PATHS)
    label = _column([*names[:path], "", *names[path + 1 :]], LABELS) if path is not None else None
    if path is not None and label is None and len(names) == 2:
        label = 1 - path
    if path is None or (label is None and len(names) < 3):
        expected = phrase("table.columns.expected")
        raise InputError("table.columns", where=where, got=listed(lines[0][1]), expected=expected)
    if label is None:
        return _one_hot(lines, path, where)
    split, group, valid = (_column(names, known) for known in (PARTS, GROUPS, VALIDATION))
    rows = []
    for line, short in lines[1:]:
        cells = _cells(short, len(names))
        part = None if split is None else _split(cells[split], f"{where}, line {line}")
        if valid is not None and part is None:
            part = _validation(cells[valid], f"{where}, line {line}")
        rows.append(Row(line, cells[path], cells[label], part, "" if group is None else cells[group]))
    return rows


def _lines(data: bytes, where: str) -> list[tuple[int, list[str]]]:
    """Return the number and the cells of each line that has some, blanks round them taken away."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError("table.encoding", where=where, line=line, hint=phrase("table.encoding.try")) from None
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda one: (first.count(one), -DELIMITERS.index(one)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    lines = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                lines.append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError("table.damaged", where=where, line=reader.line_num, reason=str(error)) from None
    return lines


def _one_hot(lines: Sequence[tuple[int, list[str]]], path: int, where: str) -> list[Row]:
    """Return the rows of a table with a column of zeros and ones for each class (Roboflow's _classes.csv)."""
    header = lines[0][1]
    classes = [k for k in range(len(header)) if k != path]
    rows = []
    for line, short in lines[1:]:
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
