"""What a lab keeps for itself: a token that stays, and that nobody else can have read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convscope.lab.own_folder import kept_token

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
