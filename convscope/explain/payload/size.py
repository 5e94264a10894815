"""Making a payload small enough: what is left out, in which order, until it fits. The page says what it lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from .encoding import decode, encode

Json = dict[str, Any]


def dumps(payload: Json) -> str:
    """Return a payload as JSON without white space. ASCII, so that it is the same in every encoding."""
    return json.dumps(payload, separators=(",", ":"), allow_nan=False)


def fit(payload: Json, limit: int) -> Json:
    """Leave things out of `payload`, in place, until its JSON has at most `limit` characters, or nothing more can go;
    return it.

    What went is named in `left_out` (docs/payload.md). Weights and sample pictures always stay.
    """
    for name, step in _steps():
        if len(dumps(payload)) <= limit:
            break
        if step(payload) and name not in payload["left_out"]:
            payload["left_out"].append(name)
    return payload


def _steps() -> Iterator[tuple[str, Callable[[Json], bool]]]:
    yield "fewer-patches", lambda p: _patches(p, 6)
    yield "fewer-patches", lambda p: _patches(p, 4)
    yield "snapshot-maps", _snapshot_maps
    yield "fewer-patches", lambda p: _patches(p, 2)
    yield "fewer-mistakes", lambda p: _mistakes(p, 40)
    yield "patches", lambda p: _patches(p, 0)
    yield "fewer-mistakes", lambda p: _mistakes(p, 10)
    yield "snapshots", _snapshots


def _patches(payload: Json, keep: int) -> bool:
    cards = [card for node in (payload["channels"] or {}).values() for card in node]
    some = any(len(card[end]) > keep for card in cards for end in ("top", "bottom"))
    for card in cards:
        card["top"], card["bottom"] = card["top"][:keep], card["bottom"][:keep]
    return some


def _snapshot_maps(payload: Json) -> bool:
    some = [s for s in (payload["run"] or {}).get("snapshots", ()) if s["maps"]]
    for snapshot in some:
        snapshot["maps"] = {}
    return bool(some)


def _snapshots(payload: Json) -> bool:
    run = payload["run"] or {}
    some = bool(run.get("snapshots"))
    if some:
        run["snapshots"], run["steps"] = [], []
    return some


def _mistakes(payload: Json, keep: int) -> bool:
    errors = payload["errors"] or {}
    mistakes = errors.get("mistakes")
    if not mistakes or len(mistakes["labels"]) <= keep:
        return False
    mistakes["pictures"] = encode(decode(mistakes["pictures"])[:keep])
    for name in ("labels", "predicted", "probability", "loss"):
        mistakes[name] = mistakes[name][:keep]
    cells = {cell: [i for i in found if i < keep] for cell, found in errors["cells"].items()}
    errors["cells"] = {cell: found for cell, found in cells.items() if found}
    return True
