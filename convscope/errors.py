"""One way to say what went wrong: what, where, got, expected, try. And the exit codes that go with it.

An error holds keys and words, not sentences: `messages/en.json` has the English of every key, `messages/ko.json` the
Korean that the lab's page shows. Whoever has to decide something asks for the class or the key, never for the wording.

    >>> error = InputError("run.exists", where="runs/a", hint=phrase("run.exists.try", path="runs/a"))
    >>> error.key, error.exit_code
    ('run.exists', 3)
    >>> print(error)
    runs/a: already exists
    try: another out=, or resume="runs/a"

The command line says "another --out, or --resume runs/a" (`caller`).
"""

from __future__ import annotations

import errno
from functools import cache

from .caller import options_for_caller, sentence_for_caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, TypeAlias

OK, BUG, USAGE, BAD_INPUT, ENVIRONMENT, INTERRUPTED = range(6)
LONGEST = 1000  # characters of a word
LINE, HINT = 1300, 400  # characters of a message's line and of what to try: together less than a screenful, 24 × 80
OWN_LINES = 5  # of the reader's own code, in a notebook
_SYSTEM = {errno.EACCES: "os.denied", errno.ENOENT: "os.missing", errno.ENOSPC: "os.full"}

Said: TypeAlias = "str | Phrase"  # a sentence, or text that needs no language: a path, numbers, a formula, an option


class Phrase:
    """A sentence in no language yet: its key and the words that fill it.

    `str()` is its English; a key without a sentence shows as itself.
    """

    __slots__ = ("key", "words")

    def __init__(self, key: str, words: dict[str, Said]) -> None:
        self.key, self.words = key, words

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.key, self.words) == (other.key, other.words)

    def __repr__(self) -> str:
        return f"phrase({', '.join([repr(self.key), *(f'{name}={word!r}' for name, word in self.words.items())])})"

    def __str__(self) -> str:
        sentence = english().get(self.key)
        words = {name: str(_as_said(word)) for name, word in self.words.items()}
        return self.key if sentence is None else sentence_for_caller(sentence, words)

    def to_json(self) -> dict[str, object]:
        """Return what the page makes its sentence of."""
        return {"key": self.key, "words": {name: said_json(word) for name, word in self.words.items()}}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Return the phrase that `to_json` wrote. Raises InputError for any other JSON, or words that do not fit."""
        try:
            made = cls(value["key"], _words({name: _said(word) for name, word in value["words"].items()}))
            str(made)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
            raise InputError("json.phrase", got=value) from None
        return made


def phrase(key: str, **words: object) -> Phrase:
    """Name a sentence; words that are no phrases themselves become text that any terminal takes."""
    return Phrase(key, _words(words))


class ConvscopeError(Exception):
    """A mistake its reader can mend: one line of what, where, got and expected, and a line of what to try.

    `key` and `words` say what; `where`, `expected` and `hint` are phrases or text that needs no language, `got` any
    value. `exit_code` is what the command line ends with: 2 usage, 3 bad input, 4 environment, 5 interrupted.
    """

    exit_code = BAD_INPUT

    def __init__(
        self, key: str, *, where: Said = "", got: object = None, expected: Said = "", hint: Said = "", **words: object
    ) -> None:
        super().__init__(key)
        self.key, self.words = key, _words(words)
        self.where, self.got, self.expected, self.hint = where, got, expected, hint

    @classmethod
    def of(cls, error: ConvscopeError, *, where: Said | None = None, hint: Said | None = None) -> Self:
        """Return the same fault as an error of this class, elsewhere or with another hint."""
        return cls(
            error.key,
            where=error.where if where is None else where,
            got=error.got,
            expected=error.expected,
            hint=error.hint if hint is None else hint,
            **error.words,
        )

    @property
    def what(self) -> str:
        """What went wrong, in English."""
        return str(Phrase(self.key, self.words))

    def brief(self) -> Phrase:
        """Return what, got and expected as one phrase, which may stand within another sentence."""
        parts: dict[str, Said] = {"what": Phrase(self.key, self.words)}
        if self.got is not None:
            parts["got"] = self.got if isinstance(self.got, Phrase) else printable(self.got)
        if self.expected:
            parts["expected"] = (
                self.expected if isinstance(self.expected, Phrase) else printable(self.expected, LONGEST)
            )
        frames = {1: self.key, 3: "error.both"}
        key = frames.get(len(parts)) or ("error.got" if "got" in parts else "error.expected")
        return Phrase(key, parts if len(parts) > 1 else self.words)

    def line(self) -> str:
        """Return what, where, got and expected as one line of English."""
        where = f"{printable(self.where, LONGEST)}: " if self.where else ""
        return printable(f"{where}{self.brief()}", LINE)

    def __str__(self) -> str:
        return self.line() + self._try()

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows of it: the reader's own lines that led here, and the message."""
        import os
        import traceback

        inside = (os.path.dirname(__file__) + os.sep, f"{os.sep}IPython{os.sep}", f"{os.sep}ipykernel{os.sep}")
        frames = traceback.extract_tb(self.__traceback__)
        own = [frame for frame in frames if not any(folder in frame.filename for folder in inside)]
        lines = [f"{_cell_or_file(frame.filename)}, line {frame.lineno}: {frame.line}" for frame in own[-OWN_LINES:]]
        return [*lines, f"{type(self).__name__}: {self}"]

    def _try(self) -> str:
        return f"\ntry: {printable(_as_said(self.hint), HINT)}" if self.hint else ""

    def to_json(self) -> dict[str, object]:
        """Return the error in its parts, and `message`, its English line for who reads the JSON."""
        got = self.got if isinstance(self.got, Phrase) else None if self.got is None else printable(self.got, 400)
        return {
            **Phrase(self.key, self.words).to_json(),
            "where": said_json(self.where),
            "got": None if got is None else said_json(got),
            "expected": said_json(self.expected),
            "hint": said_json(self.hint),
            "message": self.line(),
        }

    @classmethod
    def from_json(cls, fault: dict[str, Any]) -> Self:
        """Return the error that `to_json` wrote."""
        parts = {name: _said(fault[name]) for name in ("where", "got", "expected", "hint")}
        return cls(fault["key"], **parts, **{name: _said(word) for name, word in fault["words"].items()})


class UsageError(ConvscopeError):
    """A command or call that was put together wrongly."""

    exit_code = USAGE


class InputError(ConvscopeError):
    """A file, folder, picture or model that cannot be used as it is."""


class MissingError(InputError):
    """There is nothing of the name that was asked for."""


class EnvironmentFault(ConvscopeError):
    """Something the machine lacks: a package, a device, disk space, a permission."""

    exit_code = ENVIRONMENT


class Interrupted(ConvscopeError):
    """The work was stopped from outside; what was done so far is kept."""

    exit_code = INTERRUPTED


class PlanError(ConvscopeError):
    """A layer or plan that cannot be built. `argument` names the option at fault, if it is one."""

    def __init__(
        self,
        key: str,
        *,
        argument: str | None = None,
        where: Said = "",
        got: object = None,
        expected: Said = "",
        hint: Said = "",
        **words: object,
    ) -> None:
        super().__init__(key, where=where, got=got, expected=expected, hint=hint, **words)
        self.argument = argument


class FormulaError(ConvscopeError):
    """A formula that cannot be read. `text` is the formula, `column` counts its characters from 1."""

    def __init__(
        self,
        key: str,
        *,
        text: str,
        column: int,
        got: object = None,
        expected: Said = "",
        hint: Said = "",
        **words: object,
    ) -> None:
        where = phrase("formula.column", n=column)
        super().__init__(key, where=where, got=got, expected=expected, hint=hint, **words)
        self.text, self.column = text, column

    def __str__(self) -> str:
        # A long formula is shown as the stretch around the fault, so that the caret stays in view.
        start = max(0, self.column - 1 - 50) if len(self.text) > 76 else 0
        shown = printable(self.text[start : start + 76])
        caret = " " * (self.column - 1 - start) + "^"
        return f"{self.line()}\n    {shown}\n    {caret}{self._try()}"

    def to_json(self) -> dict[str, object]:
        """Return the error in its parts, with the formula and the column of the caret."""
        return {**super().to_json(), "text": self.text, "column": self.column}


@cache
def english() -> dict[str, str]:
    """Return the English sentence of every key, with gaps such as {name}; read when the first is needed."""
    return messages("en")


def messages(language: str) -> dict[str, str]:
    """Return the sentence of every key in "en" or "ko"."""
    import json  # only mistakes and pages pay for it
    from importlib.resources import files

    found: dict[str, str] = json.loads((files(__package__) / "messages" / f"{language}.json").read_text("utf-8"))
    return found


def system_reason(error: OSError) -> Said:
    """Return why the system refused: by key where it happens to readers of the page, else in the system's own words."""
    known = _SYSTEM.get(error.errno or 0)
    return phrase(known) if known else error.strerror or str(error)


def _cell_or_file(filename: str) -> str:
    """Return the name of a file; of a notebook's cell, whose file is in a temporary folder, that it is one."""
    return "this notebook" if "ipykernel_" in filename or filename.startswith("<") else filename


def printable(value: object, limit: int = 80) -> str:
    """Return `value` as text that any terminal takes: control characters and lone surrogates escaped, cut to
    `limit`."""
    text = value if isinstance(value, str) else str(value)
    text = text[: limit + 1]  # of a name of 20 MB no more is looked at
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def did_you_mean(word: str, known: list[str], offered: list[str] | None = None) -> Phrase:
    """Return "did you mean X?" for the nearest known word, or the list of those offered, all of them if left out."""
    import difflib  # only mistakes pay for it

    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return phrase("guess.one", word=near[0]) if near else phrase("guess.any", words=", ".join(offered or known))


def _words(words: dict[str, object]) -> dict[str, Said]:
    return {name: word if isinstance(word, Phrase) else printable(word, LONGEST) for name, word in words.items()}


def _as_said(word: Said) -> Said:
    return word if isinstance(word, Phrase) else options_for_caller(word)


def said_json(said: Said) -> object:
    """Return a phrase as the page takes it, and text as it is."""
    return said.to_json() if isinstance(said, Phrase) else said


def _said(value: Any) -> Any:
    return Phrase.from_json(value) if isinstance(value, dict) else value
