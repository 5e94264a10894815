"""What was once measured of this machine, kept in the user's cache: a measured choice is the same in every later
run."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ..files import TEMPORARY


def folder() -> Path:
    """Return where it is kept: CONVSCOPE_CACHE if that is set, else the system's place for a user's caches."""
    if given := os.environ.get("CONVSCOPE_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("convscope", appauthor=False)


def remembered(name: str, of: Sequence[str], known: Sequence[str], measure: Callable[[], str]) -> str:
    """Return what `measure` said when it was first asked for `name` on what `of` describes; one of `known`.

    The first process that writes an answer settles it for all, also for those that measured at the same time. Where
    nothing can be kept, or what is there is none of `known`, it is measured anew.
    """
    key = hashlib.sha256("\0".join(of).encode()).hexdigest()[:16]
    place = folder() / f"{name}-{key}"
    old = _read(place)
    if old is not None and old in known:
        return old
    found = measure()
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.parent / f"{TEMPORARY}{os.getpid()}-{os.urandom(4).hex()}"
        temporary.write_text(found, encoding="ascii")
        try:
            if old is None:
                os.link(temporary, place)  # unlike a rename it fails where another process was first
            else:
                os.replace(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)
    settled = _read(place)
    return settled if settled is not None and settled in known else found


def _read(place: Path) -> str | None:
    """Return what is kept there, None where nothing is. Never more than a short word is read."""
    try:
        with open(place, encoding="ascii", errors="replace") as file:
            return file.read(64)
    except OSError:
        return None
