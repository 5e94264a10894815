"""Which picture files are meant by names, folders and patterns, in an order that stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from .images import SUFFIXES

GLOB = "*?["


def pictures_in(names: Iterable[str]) -> Iterator[str]:
    """Yield the pictures that `names` mean, in the order given: files, and those in folders and patterns in text order.

    Folders are searched to the bottom. Hidden files and folders are left out. A name that is neither stays as it is, and
    whoever opens it will say why it cannot be read.
    """
    from glob import iglob

    for name in names:
        path = Path(name)
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            yield from sorted(str(p) for p in found if not any(part[0] == "." for part in p.relative_to(path).parts))
        elif is_pattern(name):
            yield from sorted(p for p in iglob(name, recursive=True) if Path(p).is_file())
        else:
            yield name


def is_pattern(name: str) -> bool:
    """Tell whether `name` is a pattern such as scans/*.png rather than the name of a file that is there."""
    return any(c in name for c in GLOB) and not Path(name).exists()
