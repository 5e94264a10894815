"""A command line as people mostly type it, read without argparse, whose import and parsers cost more than most verbs
do.

A verb declares its options once, by argparse's own calls. Here `Declared` takes these calls down, and `read` reads
words by them where nothing is open to doubt: whole names of options, and what is given by position in one stretch.
Anything else (-h, abbreviations, --name=value, mistakes) it leaves to argparse, to which the verb declares itself by
the same calls.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

KNOWN = {"action", "choices", "default", "dest", "help", "metavar", "nargs", "type"}


class Given:
    """What the words say, an attribute each, as in argparse's Namespace."""

    run: Callable[[Any], int]
    version: bool

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__ = values


class Declared:
    """Stands where argparse's subparsers and parser stand when a verb declares itself, and remembers the calls."""

    def __init__(self) -> None:
        self.options: dict[str, dict[str, Any]] = {}  # by name: "--top", "-o", "--out"
        self.places: list[dict[str, Any]] = []  # what is given by position, in order
        self.groups: list[Declared] = []  # of each group one option at most
        self.values: dict[str, object] = {}
        self.plain = True  # nothing was declared that `read` does not know

    def add_parser(self, name: str, **texts: str) -> Declared:
        return self

    def set_defaults(self, **values: object) -> None:
        self.values |= values

    def add_mutually_exclusive_group(self) -> Declared:
        self.groups.append(Declared())
        return self.groups[-1]

    def add_argument(self, *names: str, **how: Any) -> None:
        by_position = not names[0].startswith("-")
        long = next((n for n in names if n.startswith("--")), names[0])
        dest = how.get("dest") or long.lstrip("-").replace("-", "_")
        flag, nargs = how.get("action") == "store_true", how.get("nargs")
        default = how.get("default", False if flag else None)
        self.plain &= how.keys() <= KNOWN and how.get("action") in (None, "store_true") and nargs in (None, *"?*+")
        self.plain &= not (isinstance(default, str) and "type" in how)  # argparse would convert it
        self.values[dest] = [] if nargs == "*" and default is None else default
        entry = {**how, "dest": dest, "flag": flag}
        if by_position:
            self.places.append(entry)
        else:
            self.options |= dict.fromkeys(names, entry)


def read(declared: Declared, words: Sequence[str]) -> Given | None:
    """Return what argparse would from the words behind the verb, or None where argparse should have a look itself."""
    options, values, seen = dict(declared.options), dict(declared.values), list[str]()
    for group in declared.groups:
        options |= group.options
        values |= group.values
    if not (declared.plain and all(group.plain for group in declared.groups)):
        return None
    stretches: list[list[str]] = []
    rest, after_option = list(reversed(words)), True
    while rest:
        word = rest.pop()
        if not word.startswith("-"):
            if after_option:
                stretches.append([])
            stretches[-1].append(word)
            after_option = False
            continue
        entry, after_option = options.get(word), True
        if entry is None or "nargs" in entry or not (entry["flag"] or (rest and not rest[-1].startswith("-"))):
            return None
        seen.append(entry["dest"])
        if not _take(values, entry, [] if entry["flag"] else [rest.pop()]):
            return None
    if any(len({d for d in seen if d in group.values}) > 1 for group in declared.groups) or len(stretches) > 1:
        return None
    placed = _place(declared.places, stretches[0] if stretches else [])
    if placed is None or not all(_take(values, entry, part) for entry, part in placed):
        return None
    return Given(values)


def _place(places: list[dict[str, Any]], words: list[str]) -> list[tuple[dict[str, Any], list[str]]] | None:
    """Share the words out from the left, each place as many as leaves the places behind it what they need."""
    placed, needs = [], [entry.get("nargs") in (None, "+") for entry in places]
    for number, entry in enumerate(places):
        most = len(words) - sum(needs[number + 1 :])
        take = min(most, 1) if entry.get("nargs") in (None, "?") else most
        if take < needs[number]:
            return None
        placed.append((entry, words[: max(0, take)]))
        words = words[max(0, take) :]
    return None if words else placed


def _take(values: dict[str, object], entry: dict[str, Any], words: list[str]) -> bool:
    """Store what the words of one option or place mean; False where they do not fit it."""
    if entry["flag"]:
        values[entry["dest"]] = True
        return True
    try:
        taken = [entry["type"](word) for word in words] if "type" in entry else words
    except (TypeError, ValueError):
        return False
    if "choices" in entry and any(value not in entry["choices"] for value in taken):
        return False
    if taken:
        values[entry["dest"]] = taken if entry.get("nargs") in ("*", "+") else taken[0]
    return True
