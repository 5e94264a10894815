"""How far the reading of pictures is, on stderr: one live line on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from ..leaving import undone

PATIENCE = 1.0  # seconds of reading of which nothing is said
QUIET = 5.0  # seconds at least between two plain lines
LIVE = 0.1  # and between two states of a live one


class LoadingText:
    """The sentence for a count of pictures, when one is due: `every` so many seconds, after the first second."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._first: tuple[float, int] | None = None  # when it was first called, and with how many
        self._due, self._last = 0.0, (0, 0)  # the last call's pictures, and of how many

    def __call__(self, done: int, total: int, what: str = "reading pictures") -> str | None:
        """Return what to show of `done` pictures of `total`, None if nothing is due. The rate is that since the first
        call; fewer pictures than before, or of another number, begin anew.
        """
        now = time.monotonic()
        again = done < self._last[0] or total != self._last[1]
        self._last = (done, total)
        if self._first is None or again:
            self._first, self._due = (now, done), now + PATIENCE
        began, before = self._first
        if now < self._due:
            return None
        self._due = now + self._every
        return f"{what}: {done:,} of {total:,}, {(done - before) / (now - began):,.0f}/s"


def is_live(stream: TextIO) -> bool:
    """Tell whether a line on `stream` can be written over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class LoadingLine:
    """Shows a count on `stream`; a live line is wiped away by `end`."""

    def __init__(self, stream: TextIO, what: str = "reading pictures") -> None:
        self._stream, self._live, self._what = stream, is_live(stream), what
        self._text = LoadingText(LIVE if self._live else QUIET)
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Show how many pictures are read, and of how many."""
        text = self._text(done, total, self._what)
        if text is None:
            return
        if self._live:
            self._stream.write(f"\r{text:<{self._width}}")
            self._width = max(self._width, len(text))
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the stream as if nothing live had been written."""
        if self._width:
            self._stream.write(f"\r{'':<{self._width}}\r")
            self._stream.flush()


@contextmanager
def loading_on(stream: TextIO, what: str = "reading pictures") -> Iterator[LoadingLine]:
    """Give what shows how far the reading is, or whatever `what` says."""
    line = LoadingLine(stream, what)
    with undone(line.end):
        try:
            yield line
        finally:
            line.end()
