"""Which files are meant: by their endings, and by their first bytes where they have none."""

from __future__ import annotations

import os
from pathlib import Path

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
