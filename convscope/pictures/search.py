"""Which picture files are meant by names, folders and patterns, in an order that stays."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from .formats import HEAD, SUFFIXES, format_of

GLOB = "*?["


def pictures_in(names: Iterable[str]) -> Iterator[str]:
    """Yield the pictures that `names` mean, in the order given: files, and those in folders and patterns in text order.

    Folders are searched to the bottom; files without an ending are known by their first bytes. Hidden files and folders
    are left out. A name that is neither stays as it is,
    and whoever opens it will say why it cannot be read.
    """
    from glob import iglob

    for name in names:
        path = Path(name)
        if path.is_dir():
            yield from sorted(_pictures_under(str(path), "" if str(path) == "." else os.path.join(path, "")))
        elif is_pattern(name):
            yield from sorted(p for p in iglob(name, recursive=True) if Path(p).is_file())
        else:
            yield name


def _pictures_under(folder: str, prefix: str) -> Iterator[str]:
    """Yield the pictures in a folder and in those below it, links to folders left out, each behind `prefix`.

    Not Path.rglob, which takes ten times as long: 10,000 pictures would wait for it longer than for their decoding.
    """
    waiting = [(folder, prefix)]  # not by recursion, which ends at a thousand folders in each other
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:  # not allowed, gone meanwhile, or a longer path than the system takes
            continue
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, os.path.join(prefix, name, "")))
            elif _is_picture(entry):
                yield prefix + name


def _is_picture(entry: os.DirEntry[str]) -> bool:
    """Tell whether a file is a picture by its ending, or by its first bytes where it has none."""
    ending = os.path.splitext(entry.name)[1].lower()
    if ending not in SUFFIXES and (ending or not begins_as_picture(entry.path)):
        return False
    return entry.is_file(follow_symlinks=False) or os.path.isfile(entry.path)  # the system is asked of links alone


def begins_as_picture(path: str) -> bool:
    """Tell whether a file without an ending is a picture by its first bytes; a pipe is not waited for."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return False
    try:
        head = os.read(file, HEAD) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    except OSError:
        return False
    finally:
        os.close(file)
    return format_of(head) is not None


def is_pattern(name: str) -> bool:
    """Tell whether `name` is a pattern such as scans/*.png rather than the name of a file that is there."""
    return any(c in name for c in GLOB) and not Path(name).exists()
