"""What must hold of everything that is said about a hostile file: a few printable lines, a documented exit code."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence

from convscope.cli.main import main
from convscope.errors import ConvscopeError

SCREENFUL = 24 * 80  # characters
CODES = range(6)


def ill_said(error: ConvscopeError) -> str:
    """Return what is wrong with the words of an error; "" for nothing: one printable line, all within a screenful."""
    if "\n" in error.line() or not error.line().isprintable():
        return f"not one printable line: {error.line()[:300]!r}"
    return ill_printed(str(error))


def ill_printed(text: str, most: int | None = SCREENFUL) -> str:
    """Return what is wrong with what was printed: characters that a terminal acts on, or too many of them."""
    bad = next((c for c in text if not (c.isprintable() or c == "\n")), None)
    if bad is not None:
        return f"{bad!r} reached the terminal: {text[max(0, text.index(bad) - 100) :][:200]!r}"
    if most is not None and len(text) > most:
        return f"{len(text):,} characters: {text[:100]!r}"
    return ""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def command_line(words: Sequence[str], terminal: bool = True) -> tuple[int, str, str]:
    """Run a command line within this process; return its exit code and what it printed to both outputs,
    each a terminal or none."""
    out, err = (_Terminal() if terminal else io.StringIO() for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
    return code, out.getvalue(), err.getvalue()
