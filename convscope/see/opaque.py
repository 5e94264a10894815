"""A module that no formula describes: its layers as they were called, with the maps that Python captured."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from .binary import encode
from .features import maps
from .subject import Subject

Json = dict[str, Any]


def look(subject: Subject, pictures: np.ndarray[Any, Any]) -> tuple[list[Json], Json]:
    """Return the payload's `nodes` and `maps` for the samples: an opaque node for each layer that was called, in order."""
    found = maps(subject.module, subject.scaled(pictures))
    kept = {name: x for name, x in found.items() if len(x) == len(pictures) and x.ndim in (2, 3, 4)}
    if not kept:
        raise InputError(
            "no layer of this module makes maps or numbers for a picture", got=type(subject.module).__name__
        )
    modules = dict(subject.module.named_modules())
    nodes: list[Json] = []
    for i, (name, x) in enumerate(kept.items()):
        shape = [*x.shape[1:], 1, 1][:3] if x.ndim < 4 else list(x.shape[1:])
        layer = modules[name.split("#")[0]]
        nodes.append(
            {
                "name": name or "module",
                "kind": "opaque",
                "text": str(layer).split("\n")[0].rstrip("("),
                "source": i - 1,
                "other": None,
                "input": nodes[-1]["output"] if nodes else list(subject.spec.shape),
                "output": shape,
                "flat": x.ndim == 2,
                "window": None,
                "options": {},
                "parameters": sum(p.numel() for p in layer.parameters()),
                "parameters_how": "",
                "macs": 0,
                "size_how": "",
                "dropped": [0, 0],
                "field": {"size": [0, 0], "jump": [0, 0], "start": [0, 0]},
            }
        )
    return nodes, {node["name"]: encode(x) for node, x in zip(nodes, kept.values(), strict=True)}
