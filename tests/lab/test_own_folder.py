"""What a lab keeps for itself: a token that stays, and that nobody else can have read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convscope.errors import EnvironmentFault
from convscope.lab.own_folder import kept_token, only_lab

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes of files are POSIX'")


def test_the_next_lab_has_the_same_token_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    token = kept_token(tmp_path)
    assert len(token) == 43
    assert kept_token(tmp_path) == token
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", ["open", "short", "strange", "pipe"])
def test_a_token_that_others_could_know_is_made_anew(tmp_path: Path, damage: str) -> None:
    token, path = kept_token(tmp_path), tmp_path / "token"
    if damage == "open":
        path.chmod(0o644)
    elif damage == "pipe":
        path.unlink()
        os.mkfifo(path, 0o600)
    else:
        path.write_text("x" if damage == "short" else "é" * 43, encoding="utf-8")
    assert kept_token(tmp_path) != token
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["link", "file", "another user's"])
def test_a_folder_that_somebody_else_put_there_is_not_trusted(tmp_path: Path, kind: str) -> None:
    own = tmp_path / ".lab"
    if kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o755)
        own.symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        own.write_text("")
    elif os.geteuid():
        pytest.skip("only root can give a folder away")
    else:
        own.mkdir()
        os.chown(own, 65534, 65534)
    with pytest.raises(EnvironmentFault, match="belongs to somebody else, or is no folder"), only_lab(tmp_path):
        pass
    if kind == "link":
        assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o755
        assert list((tmp_path / "elsewhere").iterdir()) == []
