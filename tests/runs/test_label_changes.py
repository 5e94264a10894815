"""The list of label changes: what is read, what is refused, and that JSON gives it back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from convscope.errors import InputError
from convscope.runs.json_fields import Fields
from convscope.runs.label_changes import MOST, LabelChange, LabelChanges, read_label_changes

HEAD = "path,sha256,from,to\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "changes.csv"
    path.write_bytes(text.encode())
    return path


def test_names_of_all_kinds_are_read(tmp_path: Path) -> None:
    text = HEAD + 'a/1.png,ab12,cat,dog\n"a/x,""y"".png",,cat,\n\n고양이/\\n\\udcff\\\\.png,,,개\n'
    path = written(tmp_path, text)
    found = read_label_changes(path)
    assert found.rows == (
        LabelChange("a/1.png", "ab12", "cat", "dog"),
        LabelChange('a/x,"y".png', "", "cat", ""),
        LabelChange("고양이/\n\udcff\\.png", "", "", "개"),
    )
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert LabelChanges.from_json(Fields(found.to_json(), "here")) == found


def test_a_table_program_may_have_saved_it(tmp_path: Path) -> None:
    assert read_label_changes(written(tmp_path, "\ufeff" + HEAD.replace("\n", "\r\n") + "a,b,c,d\r\n")).rows == (
        LabelChange("a", "b", "c", "d"),
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "changes.damaged"),
        ("path,label\na,b\n", "changes.damaged"),
        (HEAD + "a,b,c\n", "changes.line"),
        (HEAD + ",b,c,d\n", "changes.line"),
        (HEAD + "a,,cat,dog\na,,cat,cow\n", "changes.twice"),
        (HEAD + '"a,b\n', "changes.damaged"),
        (HEAD + "a\0b,,c,d\n" * 1 + "".join(f"{i},,a,b\n" for i in range(MOST)), "changes.many"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read_label_changes(written(tmp_path, text))
    assert caught.value.key == key
    assert "changes.csv" in str(caught.value)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"\xff,,a,b\n")
    for name, key in (("none.csv", "file.unreadable"), ("latin.csv", "changes.damaged")):
        with pytest.raises(InputError) as caught:
            read_label_changes(tmp_path / name)
        assert caught.value.key == key


def test_json_of_another_kind_is_refused() -> None:
    for rows in ([["a", "b", "c"]], [["a", "b", "c", 1]], ["abcd"], 7):
        with pytest.raises(InputError):
            LabelChanges.from_json(Fields({"digest": "", "rows": rows}, "run.json"))
