"""What a lab keeps for itself in its folder of runs, `.lab`: a lock, so that it is the only one, its token, and a door,
a page that leads to its address. Only the folder's owner can read them.
"""

from __future__ import annotations

import contextlib
import html
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import EnvironmentFault, phrase
from ..files import read_plain, remove, write_fault
from ..leaving import undone
from ..locks import lock

DOOR = "open.html"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # of 32 random bytes


@contextlib.contextmanager
def only_lab(runs: Path) -> Iterator[Path]:
    """While entered, no other lab works in `runs`: two would give one id to two trainings. Yields the lab's own folder.

    Raises EnvironmentFault where another one does.
    """
    own = runs / ".lab"
    try:
        with contextlib.suppress(FileExistsError):
            own.mkdir(mode=0o700)
        found = own.lstat()
        if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "geteuid") and found.st_uid != os.geteuid()):
            raise EnvironmentFault("lab.own", where=str(own), hint=phrase("lab.own.try"))
        own.chmod(0o700)
        held = open(own / "lock", "a", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise write_fault(own, error) from error
    with held:
        if not lock(held):
            hint = phrase("lab.second.try", door=own / DOOR)
            raise EnvironmentFault("lab.second", where=str(runs), hint=hint)
        with undone(lambda: remove(own / DOOR)):
            try:
                yield own
            finally:
                with contextlib.suppress(OSError):  # the folder may be gone
                    remove(own / DOOR)


def write_door(own: Path, address: str) -> Path:
    """Write the page that leads to `address`, and return where it is.

    A browser is given this file: an address among a program's arguments could be read by every user of the machine.
    """
    return _write_secret(own / DOOR, f'<meta http-equiv="refresh" content="0; url={html.escape(address)}">\n')


def kept_token(own: Path) -> str:
    """Return the token of the labs of this folder, made by the first: a page that is open goes on with the next one."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        path = own / "token"
        found = read_plain(path).decode("ascii")
        # Nobody else could have read it. Windows has no such modes: there a user's own folders are their own.
        if TOKEN.fullmatch(found) and (sys.platform == "win32" or not path.stat().st_mode & 0o077):
            return found
    token = secrets.token_urlsafe(32)
    _write_secret(own / "token", token)
    return token


def _write_secret(path: Path, text: str) -> Path:
    """Write a file that its owner alone can read, in place of what is there."""
    try:
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise write_fault(path, error) from error
    return path
