"""Names of sent files: whatever is sent stays within its folder, and can be held by every system."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import InputError
from convscope.lab.drop_names import DEEPEST, LONGEST_NAME, LONGEST_PATH, safe_name, safe_path


@pytest.mark.parametrize(
    "path",
    [
        "", ".", "..", "/", "/etc/passwd", "../x.png", "a/../../x.png", "a//b.png", "a/", "a/./b", ".hidden/x.png",
        "a/.lab", "..\\x.png", "a\\..\\x.png", "a/..\\b", "....", ". ./x",
    ],
)  # fmt: skip
def test_a_path_that_leads_out_or_is_hidden_is_refused(path: str) -> None:
    with pytest.raises(InputError) as refused:
        safe_path(path)
    assert refused.value.key == "drop.path"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("cats/1.png", "cats/1.png"), ("고양이/사진 1.png", "고양이/사진 1.png"), ("C:\\x\\y.png", "C__x_y.png"),
        ("c:/x.png", "c_/x.png"), ("a\0b/\n.png", "a_b/_.png"), ("a./b ", "a/b"), ("NUL", "_NUL"), ("com0", "_com0"),
        ("con.x/com1.png", "_con.x/_com1.png"), ("console/lpt10.png", "console/lpt10.png"), ("\ud800.png", "_.png"),
        ("e\u0301.png", "\u00e9.png"), ('<">|?*', "______"),
    ],
)  # fmt: skip
def test_odd_names_are_made_safe(path: str, kept: str) -> None:
    assert safe_path(path) == kept


def test_a_long_name_is_cut_and_keeps_its_ending_and_a_long_path_is_refused() -> None:
    for name in ("x" * 400 + ".jpeg", "가" * 200 + ".png"):
        kept = safe_name(name)
        assert LONGEST_NAME - 3 < len(kept.encode()) <= LONGEST_NAME
        assert Path(kept).suffix == Path(name).suffix
    for path in ("/".join(["a"] * (DEEPEST + 1)), "/".join(["a" * 150] * 10)):
        with pytest.raises(InputError, match=rf"{LONGEST_PATH} bytes and {DEEPEST} names"):
            safe_path(path)
    assert safe_path("/".join(["a"] * DEEPEST))


@given(st.text(max_size=60) | st.lists(st.sampled_from(("..", ".", "", "/", "\\", "a", "NUL", ":", " "))).map("".join))
@pytest.mark.medium
def test_whatever_is_kept_lies_within_and_is_no_device(path: str) -> None:
    try:
        kept = safe_path(path)
    except InputError:
        return
    inside = (Path("/own/files") / kept).resolve()
    assert inside.is_relative_to("/own/files/")
    assert inside != Path("/own/files")
    windows = PureWindowsPath(kept)
    assert not (windows.drive)
    assert not (windows.root)
    assert ".." not in windows.parts
    assert not any(PureWindowsPath(part).is_reserved() for part in windows.parts)
    assert safe_path(kept) == kept
