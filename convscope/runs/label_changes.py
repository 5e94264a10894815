r"""Label changes: a list of pictures whose label is another than the folder says. A CSV of path,sha256,from,to, as a
report's page saves it; run.json of a run that was trained with it holds it whole.

Fields are written as those of manifest.csv are. An empty `to` leaves the picture out; an empty `sha256` means whatever
picture is at that path.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Self

from ..errors import InputError, phrase, system_reason
from ..files import read_plain
from .json_fields import Fields
from .manifest import unescape

COLUMNS = ("path", "sha256", "from", "to")
MOST_BYTES = 4 << 20
MOST = 10_000  # changes: more belong into a table of labels


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A picture, by its `path` within the data and the SHA-256 of its file ("": any), the class that the folder gives
    it, and the one that it is given; "" leaves it out.
    """

    path: str
    sha256: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """A list of changes and the SHA-256 of the file that it was read from."""

    digest: str
    rows: tuple[LabelChange, ...]

    def to_json(self) -> dict[str, object]:
        return {"digest": self.digest, "rows": [list(astuple(row)) for row in self.rows]}

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        """Return what `to_json` wrote. Raises InputError."""
        rows = []
        for item in fields.items("rows"):
            if not isinstance(item, list) or len(item) != len(COLUMNS) or not all(isinstance(one, str) for one in item):
                raise InputError("field.type", name="rows", where=fields.where, got=item)
            rows.append(LabelChange(*item))
        return cls(fields.text("digest"), tuple(rows))


def read_label_changes(path: str | os.PathLike[str]) -> LabelChanges:
    """Return the changes in a CSV. Raises InputError where it cannot be read, is another file or contradicts itself."""
    where = os.fspath(path)
    try:
        data = read_plain(Path(where), MOST_BYTES)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=where) from None
    except UnicodeDecodeError as error:
        raise InputError("changes.damaged", where=where, got=str(error)) from None
    expected = ",".join(COLUMNS)
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError) as error:
        raise InputError("changes.damaged", where=where, got=str(error), expected=expected) from None
    if tuple(cell.strip().lower() for cell in header) != COLUMNS:
        raise InputError("changes.damaged", where=where, got=",".join(header), expected=expected)
    lines = [line for line in lines if line]
    if len(lines) > MOST:
        most = phrase("value.most", n=f"{MOST:,}")
        raise InputError("changes.many", where=where, got=f"{len(lines):,}", expected=most)
    rows: dict[str, LabelChange] = {}
    for number, line in enumerate(lines, 2):
        if len(line) != len(COLUMNS) or not line[0]:
            raise InputError("changes.line", where=where, n=number, got=",".join(line), expected=expected)
        row = LabelChange(*(unescape(cell) for cell in line))
        if rows.setdefault(row.path, row) != row:
            raise InputError("changes.twice", where=where, n=number, got=row.path)
    return LabelChanges(hashlib.sha256(data).hexdigest(), tuple(rows.values()))
