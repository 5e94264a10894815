"""What a foreign file's own records and the files beside it say of its pictures and its classes."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_BYTES = 4_000_000  # of a file beside it
NAMES = ("classes.txt", "labels.txt", "names.txt", "synset.txt", "imagenet_classes.txt")
CONFIGS = ("preprocessor_config.json", "config.json", "preprocess.json")
WITHIN = ("pretrained_cfg", "preprocessor_config", "config")  # of a file's own metadata
CALLED = ("names", "classes", "id2label", "labels", "character")  # there, a list, a mapping or a name a line


@dataclass(frozen=True)
class Facts:
    """`mean` and `std` in 0…1, one a channel; `size` rows and columns; "" where `source` or anything is not said."""

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    size: tuple[int, int] | None = None
    classes: tuple[str, ...] = ()
    source: str = ""


def facts(path: Path, metadata: Mapping[str, str]) -> Facts:
    """Return what is said: by the file's own metadata first, then by what lies beside it.

    Understood are the metadata that YOLO's and PaddlePaddle's exporters write (`names`, `imgsz`, `character`), Hugging
    Face's preprocessor_config.json and config.json with their own factor, timm's pretrained_cfg, either of them as text
    in the metadata too, and a list of names in a text file.
    """
    found = _of_metadata(metadata)
    for name in CONFIGS:
        found = _joined(found, _of_config(_json(path.parent / name), name))
    if not found.classes:
        for name in (f"{path.stem}.txt", f"{path.stem}.names", *NAMES):
            lines = read_names(path.parent / name)
            if lines:
                found = _joined(found, Facts(classes=lines, source=name))
                break
    return found


def read_names(path: Path) -> tuple[str, ...]:
    """Return the lines of a text file, without those that are empty at its end; nothing of one that can't be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return ()
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ()
    return _lines(text)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.rstrip().splitlines()) if len(text) <= MOST_BYTES else ()


def _joined(first: Facts, then: Facts) -> Facts:
    used = (then.mean and not first.mean) or (then.size and not first.size) or (then.classes and not first.classes)
    source = ", ".join(filter(None, (first.source, then.source if used else "")))
    mean, std = (first.mean, first.std) if first.mean else (then.mean, then.std)
    return Facts(mean, std, first.size or then.size, first.classes or then.classes, source)


def _of_metadata(metadata: Mapping[str, str]) -> Facts:
    called = next((metadata[key] for key in CALLED if metadata.get(key)), "")
    classes = _names(_literal(called)) or (_lines(called) if "\n" in called else ())
    size = _size(_literal(metadata.get("imgsz", metadata.get("input_size", ""))))
    mean, std = (_numbers(_literal(metadata.get(key, ""))) for key in ("mean", "std"))
    source = "metadata" if classes or size or (mean and std) else ""
    found = Facts(*((mean, std) if mean and std else ((), ())), size, classes, source)
    for key in WITHIN:  # what the configuration files hold, as text
        found = _joined(found, _of_config(_parsed(metadata.get(key, "")), f"metadata {key}"))
    return found


def _of_config(config: Any, source: str) -> Facts:
    if not isinstance(config, dict):
        return Facts()
    inner = config.get("pretrained_cfg", config)
    inner = inner if isinstance(inner, dict) else {}
    mean, std = _rescaled(
        _numbers(config.get("image_mean", inner.get("mean"))),
        _numbers(config.get("image_std", inner.get("std"))),
        config,
    )
    size = _size(config.get("crop_size") or config.get("size") or inner.get("input_size"))
    classes = _names(config.get("id2label", inner.get("label_names")))
    if not mean or not std:
        mean = std = ()
    return Facts(mean, std, size, classes, source if mean or size or classes else "")


def _rescaled(
    mean: tuple[float, ...], std: tuple[float, ...], config: Any
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and std for pictures in 0…1 where a configuration has another factor than 1/255, or normalises
    nothing (Hugging Face, image processors: do_rescale, rescale_factor, do_normalize).
    """
    factor = config.get("rescale_factor", 1 / 255)
    if config.get("do_rescale") is False:
        factor = 1.0
    if config.get("do_normalize") is False:
        mean, std = tuple(0.0 for _ in mean), tuple(1.0 for _ in std)
    if not isinstance(factor, (int, float)) or not math.isfinite(factor) or factor <= 0:
        return (), ()
    unit = 255 * factor
    return (mean, std) if abs(unit - 1) < 1e-9 else (tuple(m / unit for m in mean), tuple(s / unit for s in std))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None


def _parsed(text: str) -> Any:
    """Return what a text holds in JSON's manner or Python's; None for anything else."""
    try:
        return json.loads(text) if 0 < len(text) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return _literal(text)


def _literal(text: str) -> Any:
    """Return the numbers, list or mapping that a text writes in Python's or JSON's manner; None for anything else."""
    try:
        return ast.literal_eval(text) if 0 < len(text) <= MOST_BYTES else None
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _names(given: Any) -> tuple[str, ...]:
    """Return class names, of a list or of a mapping whose keys count from 0."""
    if isinstance(given, dict):
        by_number = {str(key): str(value) for key, value in given.items()}
        found = [by_number.get(str(i)) for i in range(len(by_number))]
        return tuple(name for name in found if name is not None) if None not in found else ()
    return tuple(map(str, given)) if isinstance(given, (list, tuple)) else ()


def _numbers(given: Any) -> tuple[float, ...]:
    fits = isinstance(given, Sequence) and not isinstance(given, str) and 0 < len(given) <= 4
    if not fits or not all(isinstance(v, (int, float)) and math.isfinite(v) for v in given):
        return ()
    return tuple(map(float, given))


def _size(given: Any) -> tuple[int, int] | None:
    if isinstance(given, dict):
        given = (given.get("height", given.get("shortest_edge")), given.get("width", given.get("shortest_edge")))
    if isinstance(given, int):
        given = (given, given)
    if not isinstance(given, (list, tuple)) or not 2 <= len(given) <= 3:
        return None
    rows, columns = given[-2:]
    good = all(type(n) is int and 1 <= n <= 8192 for n in (rows, columns))
    return (rows, columns) if good else None
