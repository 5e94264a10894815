"""Names of files that a page sends: a path within a folder of the lab's own, that every system can hold."""

from __future__ import annotations

import re
import unicodedata

from ..errors import InputError, phrase

LONGEST_NAME, LONGEST_PATH, DEEPEST = 200, 1_000, 20  # bytes of one name and of a path; folders of a path
_ODD = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\ud800-\udfff]')  # characters that some system cannot hold
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def safe_path(path: str) -> str:
    """Return a path of a sent file as it is kept: characters that some system cannot hold become "_", the names of
    Windows' devices get one in front. Raises InputError for a path that leads out, is too long or names a hidden file.

    >>> safe_path("cats/a:b.png"), safe_path("con/1.png")
    ('cats/a_b.png', '_con/1.png')
    """
    parts = path.split("/")
    kept = [safe_name(part) for part in parts]
    whole = "/".join(kept)
    wrong = any(part in ("", ".", "..") for part in parts) or "\\.." in path or "..\\" in path
    if wrong or any(one[0] == "." for one in kept):
        raise InputError("drop.path", got=path[:140], expected=phrase("drop.path.expected"))
    if len(parts) > DEEPEST or len(whole.encode()) > LONGEST_PATH:
        expected = phrase("drop.path.long.expected", n=LONGEST_PATH, depth=DEEPEST)
        raise InputError("drop.path.long", got=path[:140], expected=expected)
    return whole


def safe_name(name: str) -> str:
    """Return one name as it is kept; "" only for nothing.

    >>> safe_name("my: pets. "), safe_name("nul.png"), len(safe_name("x" * 999 + ".png"))
    ('my_ pets', '_nul.png', 200)
    """
    kept = _ODD.sub("_", unicodedata.normalize("NFC", name))
    if kept.strip(". "):  # else it is refused as it is
        kept = kept.rstrip(". ")
    kept = "_" + kept if _DEVICE.match(kept) else kept
    if len(kept.encode()) > LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        tail = dot + ending if stem and len(ending.encode()) < 10 else ""
        room = LONGEST_NAME - len(tail.encode())
        kept = kept.encode()[:room].decode(errors="ignore") + tail
    return kept
