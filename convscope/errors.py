"""One way to say what went wrong: what, where, got, expected, try. And the exit codes that go with it."""

from __future__ import annotations

OK, BUG, USAGE, BAD_INPUT, ENVIRONMENT, INTERRUPTED = range(6)


class ConvscopeError(Exception):
    """A mistake its reader can mend: one line of what, where, got and expected, and a line of what to try.

    `exit_code` is what the command line ends with: 2 usage, 3 bad input, 4 environment, 5 interrupted.
    """

    exit_code = BAD_INPUT

    def __init__(self, what: str, *, where: str = "", got: object = None, expected: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.got, self.expected, self.hint = what, where, got, expected, hint

    def line(self) -> str:
        """Return what, where, got and expected as one line."""
        got = "" if self.got is None else f", got {printable(self.got)}"
        expected = f", expected {self.expected}" if self.expected else ""
        return f"{self.where}: {self.what}{got}{expected}" if self.where else f"{self.what}{got}{expected}"

    def __str__(self) -> str:
        return self.line() + (f"\ntry: {self.hint}" if self.hint else "")


class UsageError(ConvscopeError):
    """A command or call that was put together wrongly."""

    exit_code = USAGE


class InputError(ConvscopeError):
    """A file, folder, picture or model that cannot be used as it is."""


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
        what: str,
        *,
        argument: str | None = None,
        where: str = "",
        got: object = None,
        expected: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(what, where=where, got=got, expected=expected, hint=hint)
        self.argument = argument


class FormulaError(ConvscopeError):
    """A formula that cannot be read. `text` is the formula, `column` counts its characters from 1."""

    def __init__(
        self, what: str, *, text: str, column: int, got: object = None, expected: str = "", hint: str = ""
    ) -> None:
        super().__init__(what, where=f"formula, column {column}", got=got, expected=expected, hint=hint)
        self.text, self.column = text, column

    def __str__(self) -> str:
        # A long formula is shown as the stretch around the fault, so that the caret stays in view.
        start = max(0, self.column - 1 - 50) if len(self.text) > 76 else 0
        shown = printable(self.text[start : start + 76])
        caret = " " * (self.column - 1 - start) + "^"
        lines = [self.line(), "    " + shown, "    " + caret]
        return "\n".join(lines + ([f"try: {self.hint}"] if self.hint else []))


def printable(value: object, limit: int = 80) -> str:
    """Return `value` as text that any terminal takes: control characters and lone surrogates escaped, cut to
    `limit`."""
    text = value if isinstance(value, str) else str(value)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def did_you_mean(word: str, known: list[str]) -> str:
    """Return "did you mean X?" for the nearest known word, or the list of all of them."""
    import difflib  # only mistakes pay for it

    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else "one of " + ", ".join(known)
