"""Which files are meant: by their endings, and by their first bytes where they have none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from convscope.pictures.search import begins_as_picture, pictures_in
from tests.encoded import encoded


def test_files_without_an_ending_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    data = encoded(Image.new("L", (3, 3)))
    for name in ("a", "b.png", "c.text", ".hidden", "sub/d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "README").write_text("no picture")
    (tmp_path / "empty").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    assert [os.path.relpath(path, tmp_path) for path in pictures_in([str(tmp_path)])] == ["a", "b.png", "sub/d"]
    assert begins_as_picture(str(tmp_path / "c.text"))
    assert not any(begins_as_picture(str(tmp_path / name)) for name in ("README", "empty", "pipe", "sub", "none"))


def test_every_format_that_is_read_is_searched_for(tmp_path: Path) -> None:
    for name in ("a.AVIF", "b.heic", "c.ico", "d.tga", "e.jp2", "f.eps"):
        (tmp_path / name).write_bytes(b"")
    found = [os.path.basename(path) for path in pictures_in([str(tmp_path)])]
    assert found == ["a.AVIF", "b.heic", "c.ico", "d.tga", "e.jp2"]


@pytest.mark.medium
def test_folders_a_thousand_deep_are_searched(tmp_path: Path) -> None:
    at = Path.cwd()
    try:
        for number in range(1050):  # one by one: the system takes no path of that length at once
            os.chdir(tmp_path if not number else "d")
            os.mkdir("d")
        Path("x.png").touch()
    finally:
        os.chdir(at)
    found = list(pictures_in([str(tmp_path)]))
    os.unlink(os.path.join(tmp_path, *["d"] * 1049, "x.png"))
    for depth in range(1050, 0, -1):  # what pytest does to old folders ends at a thousand, too
        os.rmdir(os.path.join(tmp_path, *["d"] * depth))
    assert found == [os.path.join(tmp_path, *["d"] * 1049, "x.png")]
