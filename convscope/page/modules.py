"""Join ES modules into one script: inside one HTML file they cannot import each other, and file:// forbids it outright.

The convention that makes joining safe, checked here: statements of a module begin in column 1 and everything within
them is indented; imports are named and keep their names, exports stand before a declaration; no two modules declare one
name. Comments go along: the page is there to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_IMPORT = re.compile(r"^import \{([^}]*)\} from \"(\.[^\"]+\.js)\";\n", re.M)
_DECLARATION = re.compile(r"(export )?(?:async )?(?:function\*?|const|let|class) ([A-Za-z_$][\w$]*)\b")
_NAMES = re.compile(r"\s*(?:[A-Za-z_$][\w$]*\s*(?:,\s*|$))+")
_GOES_ON = re.compile(r"[ \t}\])]|//|/\*|\*/|$")  # within a statement, its end, or a comment
_STATEMENT = re.compile(r"[A-Za-z_$][\w$.]*\(.*|for \(.*|if \(.*|export \{\};")


class JoinError(ValueError):
    """A module that does not keep the convention: which file, which line or name, and what is wrong."""


def join(entry: Path, root: Path | None = None) -> str:
    """Return `entry` and all it imports as one script, each module once, after those it imports.

    Raises JoinError, naming the file below `root` (the entry's folder), for an import of what is not exported, a name
    declared twice, a circle, or a statement that the convention does not know.
    """
    root = (root or entry.parent).resolve()
    parts, owners = [], dict[str, str]()
    for path, text, names in _ordered(entry.resolve(), root, [], {}):
        label = _label(path, root)
        for name in names:
            if name in owners:
                raise JoinError(f"{label}: {name} is declared in {owners[name]} too; a page has one of each name")
            owners[name] = label
        parts.append(f"// {label}\n{text.strip()}\n")
    return "\n".join(parts)


def _ordered(
    path: Path, root: Path, above: list[Path], done: dict[Path, set[str]]
) -> Iterator[tuple[Path, str, list[str]]]:
    """Yield (path, text without imports and exports, declared names), imports first; `done` keeps what each exports."""
    label = _label(path, root)
    if path in above:
        circle = " → ".join(_label(p, root) for p in [*above[above.index(path) :], path])
        raise JoinError(f"{label}: modules import each other in a circle: {circle}")
    if not path.is_file():
        raise JoinError(f"{_label(above[-1], root) if above else label}: imports {label}, which is not there")
    source = path.read_text(encoding="utf-8")
    for match in _IMPORT.finditer(source):
        other = (path.parent / match[2]).resolve()
        if other not in done:
            yield from _ordered(other, root, [*above, path], done)
        if not _NAMES.fullmatch(match[1]):
            raise JoinError(f"{label}: import names as they are, got {{{match[1]}}}")
        for name in re.findall(r"[\w$]+", match[1]):
            if name not in done[other]:
                raise JoinError(f"{label}: imports {name}, which {_label(other, root)} does not export")
    text = _IMPORT.sub("", source)
    declared = list(_declarations(text, label))
    done[path] = {name for name, exported in declared if exported}
    yield path, re.sub(r"^export (?:\{\};)?", "", text, flags=re.M), [name for name, _ in declared]


def _declarations(text: str, label: str) -> Iterator[tuple[str, bool]]:
    """Yield each top-level name and whether it is exported; raise for what is none of the known statements."""
    comment = False
    for number, line in enumerate(text.splitlines(), 1):
        if comment or line.startswith("/*"):
            comment = "*/" not in line
        elif match := _DECLARATION.match(line):
            if re.match(r"(?:export )?(?:const|let) \w+ = [\w.\"]+, ", line):
                raise JoinError(f"{label}: one name a declaration, got {line[:60]!r}")
            yield match[2], bool(match[1])
        elif not _GOES_ON.match(line) and not _STATEMENT.fullmatch(line):
            raise JoinError(
                f"{label}: a statement that joining does not know, {line[:60]!r} (line {number} after the imports)"
            )


def _label(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
