"""Tables of labels: which columns are what, however they are called and written; damage is named by its line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.data import label_table
from convscope.data.label_table import Row, parse_table
from convscope.errors import InputError


def rows(text: str, encoding: str = "utf-8") -> list[Row]:
    return parse_table(text.encode(encoding), "t.csv")


def refusal(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_table(text if isinstance(text, bytes) else text.encode(), "t.csv")
    return str(caught.value)


CAT = [Row(2, "a.png", "cat")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path,label\na.png,cat\n", CAT),
        ("File Name;Class\r\na.png;cat\r\n", CAT),
        ("image_id\tspecies\na.png\tcat", CAT),
        ('label,path\n"cat","a.png"', CAT),
        ("id,breed\na.png,cat", CAT),
        ("name,what is it\na.png,cat", CAT),
        ("\npath , label\n\n a.png , cat \n,\n", [Row(4, "a.png", "cat")]),
        ("id,image,label,class\n7,a.png,cat,2", CAT),
        ("class id,filepaths,labels,data set\n0,a.png,cat,train", [Row(2, "a.png", "cat", "train")]),
        ("path,label,split,group\na.png,cat,Valid,p1", [Row(2, "a.png", "cat", "validation", "p1")]),
        ("path,label,Patient_ID\na.png,cat,p1", [Row(2, "a.png", "cat", None, "p1")]),
        ("name,label,is_valid\na.png,cat,True", [Row(2, "a.png", "cat", "validation")]),
        ("name,label,is_valid\na.png,cat,0", CAT),
        ("a.png,cat\nb.png,dog", [Row(1, "a.png", "cat"), Row(2, "b.png", "dog")]),
        (
            "filename, cat, dog\na.png, 1, 0\nb.png, 0, 1\nc.png,0,0",
            [*CAT, Row(3, "b.png", "dog"), Row(4, "c.png", "")],
        ),
        ("path,label\na.png", [Row(2, "a.png", "")]),
        ("path,label\na.png,cat,more,cells", CAT),
        ('path,label\n"a,""b.png","two\nlines"', [Row(3, 'a,"b.png', "two\nlines")]),
    ],
)
def test_columns_by_their_usual_names(text: str, expected: list[Row]) -> None:
    assert rows(text) == expected
    assert rows(text, "utf-8-sig") == expected
    assert rows(text, "utf-16") == expected  # Excel's "Unicode text"


def test_what_is_no_table_of_labels() -> None:
    for text in ("", "\n\n", "item,price,currency\nbone,3,EUR", "path\na.png", "path,x,y\na.png,0.5,1", "{}", "\0"):
        assert "t.csv: not a table of paths and labels, by the names of its columns, got " in refusal(text)
    assert "a table of pixels, not of picture files, got label, pixel0, pixel1\ntry: " in refusal("label,pixel0,pixel1")


def test_what_is_wrong_is_named_by_its_line() -> None:
    assert refusal("path,label,split\na.png,cat,train\nb.png,cat,odd") == (
        "t.csv, line 3: unknown split, got odd, expected train, validation, test"
    )
    assert "t.csv, line 2: unknown split, got perhaps, expected true, 1, yes, false" in refusal(
        "name,label,is_valid\na.png,cat,perhaps"
    )
    assert refusal("path,label\na.png,고양이".encode("cp949")) == (
        "t.csv: line 2 is not text in UTF-8\ntry: save it as CSV UTF-8"
    )
    assert "t.csv: line 3 has several classes: one picture, one class, got cat, dog" in refusal(
        "filename,cat,dog\na.png,1,0\nb.png,1,1"
    )
    assert "t.csv: line 2 is damaged: field larger than field limit" in refusal("path,label\n" + "a" * 200_000 + ",cat")
    assert "t.csv: too large a table, got 67,108,865 bytes, expected at most 67,108,864 bytes" in refusal(
        bytes((64 << 20) + 1)
    )


cells = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=9)


@given(st.lists(st.tuples(cells, cells), max_size=9), st.sampled_from(",;\t"))
@pytest.mark.medium
def test_what_the_csv_module_writes_is_read(pairs: list[tuple[str, str]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("path", "label"), *pairs])
    assert [(row.path, row.label) for row in rows(file.getvalue())] == pairs


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_one_line(data: bytes) -> None:
    try:
        assert all(row.line >= 1 for row in parse_table(data, "t.csv"))
    except InputError as error:
        assert str(error).count("\n") <= 1


def test_a_row_without_end_and_rows_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"path,label\n" + b"," * (2 << 20), b"path,label\n" + b'"a\n",' * (1 << 20), b"," * (2 << 20)):
        with pytest.raises(InputError, match=r"t.csv: line \d+ is damaged: row larger than row limit"):
            parse_table(data, "t.csv")
    monkeypatch.setattr(label_table, "MOST_ROWS", 3)
    assert len(parse_table(b"path,label\n" + b"a.png,b\n" * 2, "t.csv")) == 2
    with pytest.raises(InputError, match="too many rows in a table, expected at most 3"):
        parse_table(b"path,label\n" + b"a.png,b\n" * 3, "t.csv")
