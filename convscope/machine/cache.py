"""A cache of what was measured of this machine: a measured choice is the same in every later run."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ..files import TEMPORARY, open_plain
from ..leaving import undone

NOWHERE = Path(os.devnull) / "convscope"  # nothing can be kept there
LONGEST = 64  # characters of an answer


def cache_folder() -> Path:
    """Return where it is kept: CONVSCOPE_CACHE if that is set, else the system's place for a user's caches."""
    if given := os.environ.get("CONVSCOPE_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path

    folder = user_cache_path("convscope", appauthor=False)
    return folder if folder.is_absolute() else NOWHERE  # a user without a home: "~" is no folder to make here


def cached_measurement(name: str, key: Sequence[str], valid: Sequence[str], measure: Callable[[], str]) -> str:
    """Return what `measure` said when it was first asked for `name` under `key`; one of the `valid` answers.

    Of processes that measure at the same time the first to write decides for all. Where nothing can be kept, or what
    is kept is not valid, it is measured anew.
    """
    digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:16]
    path = cache_folder() / f"{name}-{digest}"
    old = _read(path)
    if old is not None and old in valid:
        return old
    measured = measure()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{os.urandom(4).hex()}"
        with undone(lambda: temporary.unlink(missing_ok=True)):
            try:
                temporary.write_text(measured, encoding="ascii")
                if old is None:
                    os.link(temporary, path)  # unlike a rename it fails where another process was first
                else:
                    os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
    kept = _read(path)
    return kept if kept is not None and kept in valid else measured


def _read(path: Path) -> str | None:
    """Return what is kept there, None where nothing is. Never more than a short word is read."""
    try:
        with open_plain(path) as file:
            return file.read(LONGEST).decode("ascii", "replace")
    except OSError:
        return None
