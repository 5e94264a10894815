"""How a kind is called: its arguments in order, what they must be, and their defaults."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields

from ...errors import said_json
from .arguments import Argument, Extent, Word
from .base import Layer


@dataclass(frozen=True, slots=True)
class ArgumentRow:
    """One argument of a kind. `default` is the value that stands for it where it is left out, if it `has_default`."""

    name: str
    argument: Argument
    required: bool
    default: object

    @property
    def words(self) -> tuple[str, ...]:
        """The words that may stand for a number."""
        return self.argument.words if isinstance(self.argument, (Extent, Word)) else ()

    @property
    def follows(self) -> str:
        """The argument whose value it takes where it is left out; "" for none."""
        return self.argument.follows if isinstance(self.argument, Extent) else ""

    @property
    def has_default(self) -> bool:
        return not self.required and not self.follows

    def to_json(self) -> dict[str, object]:
        """Return the row as the page's table has it (docs/payload.md)."""
        default = {"default": self.default} if self.has_default else {}
        hint = said_json(self.argument.hint)
        return {"name": self.name, **self.argument.to_json(), "hint": hint, "required": self.required, **default}


def usage(kind: type[Layer]) -> tuple[str, list[str]]:
    """Return how a kind is called with what it needs, and its options with their defaults.

    >>> usage(Conv)[0]
    'conv(channels, kernel)'
    """
    rows = argument_rows(kind)
    needed = [row.name for row in rows if row.required]
    options = []
    for row in rows:
        if not row.required:
            words = "".join(f' or "{word}"' for word in row.words if word != row.default)
            shown = row.follows or ("one for each class" if row.default is None else row.default)
            shown = f'"{shown}"' if isinstance(row.default, str) else shown
            options.append(f"{row.name}={shown}{words}")
    return kind.name + (f"({', '.join(needed)})" if needed else ""), options


def argument_rows(kind: type[Layer]) -> tuple[ArgumentRow, ...]:
    """Return a kind's arguments in their order."""
    return tuple(
        ArgumentRow(field.name, kind.arguments[field.name], field.default is MISSING, field.default)
        for field in fields(kind)
    )
