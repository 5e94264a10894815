"""run.json: everything that determines a run's result, written before anything else and never changed.

It proves itself whole, and the files that were written together with it: `digest` is that of its own bytes
(digests.py), `files` has the SHA-256 of each of the others. Whoever changes it by hand takes `digest` out; version 0.1
wrote none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError, phrase, system_reason
from ..files import read_plain
from .digests import ZEROS, filled, fits
from .json_text import MOST_CHARACTERS, parse_json

FORMAT = "convscope.run/1"
MOST = MOST_CHARACTERS  # bytes of run.json
MOST_LISTED = 1 << 30  # bytes of a file that it lists


def run_json(settings: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    """Return the text of run.json for settings, and for the files that are written with it."""
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    value = {"format": FORMAT, "digest": ZEROS.decode(), **({"files": listed} if listed else {}), **settings}
    # Half a surrogate pair, of a folder name that is no UTF-8, becomes the JSON escape that it looks like.
    return filled(json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def read_run_json(path: Path) -> dict[str, Any]:
    """Return what run.json of a run directory holds, as JSON, without its digest.

    Raises InputError if there is none or it is damaged.
    """
    file = path / "run.json"
    try:
        data = read_plain(file, MOST)
        settings = parse_json(data, str(file))
    except FileNotFoundError:
        raise InputError("run.none", where=str(path), expected=phrase("run.none.expected")) from None
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(file)) from error
    if not isinstance(settings, dict) or settings.get("format") != FORMAT:
        raise InputError("run.kind", where=str(file), expected=FORMAT)
    digest = settings.pop("digest", None)
    if digest is not None and not fits(data, digest):
        raise InputError("file.damaged", where=str(file), hint=phrase("run.edited.try"))
    return settings


def read_listed(path: Path, name: str) -> bytes | None:
    """Return the bytes of a file that was written with the run.json of the run at `path`; None where none is there.

    Raises InputError where it cannot be read or is not as it was written.
    """
    file = path / name
    try:
        data = read_plain(file, MOST_LISTED)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(file)) from error
    listed = read_run_json(path).get("files")
    digest = listed.get(name) if isinstance(listed, dict) else None
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        raise InputError("file.damaged", where=str(file))
    return data
