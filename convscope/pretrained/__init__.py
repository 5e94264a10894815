"""Networks that ship with their weights: ordinary model files, found by name wherever a model is asked for.

A path of that name that exists wins. README.md has each one's origin and licence.
"""

from __future__ import annotations

from pathlib import Path

NAMES = ("lite0",)


def path(name: str) -> Path:
    """Return the model file of a name in NAMES."""
    return Path(__file__).parent / f"{name}.onnx"
