"""The list of a run's pictures: any file name comes back, any reader of CSV reads it, damage is noticed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import InputError
from convscope.runs.manifest import (
    COLUMNS,
    MANIFEST,
    ManifestRow,
    escape,
    manifest_csv,
    read_manifest,
    skipped_csv,
    unescape,
)
from convscope.runs.run_json import run_json

TEXT = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    ["", "\\", "\\n", "a\nb\r\n", "\udcff", '"', "a,b", "é", "=1+1", "\0", "\u2028", "\\udcff", "x" * 300, "\x85"]
)
ROWS = st.lists(st.builds(ManifestRow, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=6)


@given(TEXT)
def test_text_is_escaped_into_one_printable_line_and_back(text: str) -> None:
    assert escape(text).isprintable()
    assert unescape(escape(text)) == text
    escape(text).encode()


@given(ROWS)
@pytest.mark.medium
def test_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[ManifestRow]) -> None:
    run = tmp_path_factory.mktemp("run")
    text = manifest_csv(rows)
    (run / MANIFEST).write_bytes(text)
    (run / "run.json").write_bytes(run_json({}, {MANIFEST: text}))
    assert read_manifest(run) == tuple(rows)
    assert text.count(b"\n") == len(rows) + 1
    lines = list(csv.DictReader(io.StringIO(text.decode(), newline="")))
    assert [{name: unescape(value) for name, value in line.items()} for line in lines] == [
        {name: getattr(row, name) for name in COLUMNS} for row in rows
    ]


def test_a_manifest_as_it_stands() -> None:
    rows = [
        ManifestRow("cat/a, b.png", "0f" * 32, "cat", "train", "g1"),
        ManifestRow("cat/new\nline.png", "1e" * 32, "cat", "validation"),
        ManifestRow("dog/\udcff.txt", reason="an empty file"),
    ]
    assert manifest_csv(rows).decode() == (
        "path,sha256,label,split,group,reason\n"
        f'"cat/a, b.png",{"0f" * 32},cat,train,g1,\n'
        f"cat/new\\nline.png,{'1e' * 32},cat,validation,,\n"
        "dog/\\udcff.txt,,,,,an empty file\n"
    )
    assert skipped_csv(rows).decode() == "path,reason\ndog/\\udcff.txt,an empty file\n"


def test_a_run_whose_pictures_are_no_files_has_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"path,label\n",
        b"\xff\xfe",
        b"path,sha256,label,split,group,reason\na,b\n",
        b'path,sha256,label,split,group,reason\n"a',
    ],
)
def test_damage_is_one_line_that_names_the_file(tmp_path: Path, damaged: bytes) -> None:
    """Also where its run.json proves nothing: version 0.1 wrote no digests."""
    (tmp_path / MANIFEST).write_bytes(damaged)
    (tmp_path / "run.json").write_bytes(run_json({}, {}))
    with pytest.raises(InputError, match="a damaged list of pictures") as caught:
        read_manifest(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / MANIFEST))
    assert "\n" not in str(caught.value)


def test_a_row_that_was_changed_is_noticed(tmp_path: Path) -> None:
    """A group of another name would hold out other pictures, and nobody would know."""
    text = manifest_csv([ManifestRow("a.png", "0f" * 32, "cat", "train", "g1")])
    (tmp_path / "run.json").write_bytes(run_json({}, {MANIFEST: text}))
    (tmp_path / MANIFEST).write_bytes(text.replace(b"g1", b"g2"))
    with pytest.raises(InputError, match=r"manifest\.csv: is damaged"):
        read_manifest(tmp_path)
