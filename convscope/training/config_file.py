"""Options of a training in a TOML file, `convscope train --config FILE`; every run has one that asks for it again."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..data.sources import NAMES, canonical
from ..errors import ConvscopeError, FormulaError, InputError, did_you_mean, phrase, system_reason
from ..files import read_plain
from .options import TrainOptions, asked_again

CONFIG = "config.toml"
MOST = 1 << 20  # bytes
PATHS = ("data", "data-root", "changes", "from")  # looked for beside the file first
WHAT = "# What was asked of this training: `convscope train --config FILE` asks for it again.\n"


def read_config(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the options that a file gives, by their names in `TrainOptions`. Paths are those from the file's folder.

    Raises InputError for what is no such file, with the line where TOML says it; values are checked by TrainOptions.
    """
    where = str(path)
    try:
        given = tomllib.loads(read_plain(path, MOST).decode("utf-8"))
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=where) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("config.toml", where=where, reason=str(error), hint=phrase("config.toml.try")) from error
    known = {field.name.rstrip("_").replace("_", "-"): field.name for field in fields(TrainOptions)}
    del known["resume"]
    options: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise InputError("config.option", where=where, got=name, hint=did_you_mean(name, list(known)))
        if not isinstance(value, (str, int, float, bool)):
            raise InputError("config.value", where=f"{where}: {name}", got=type(value).__name__)
        options[known[name]] = _from(Path(path).parent, value) if name in PATHS else value
    return options


def _from(folder: Path, value: Any) -> Any:
    """Return a path as it is from here, where there is something; else as it is written: it may be a name."""
    if canonical(str(value)) in NAMES:
        return value
    there = folder / os.path.expanduser(value) if isinstance(value, str) else None
    # Not Path.exists, which raises where a name is longer than any may be.
    return str(there) if there is not None and os.path.exists(there) else value


def with_config(options: Mapping[str, Any], path: str | os.PathLike[str]) -> TrainOptions:
    """Return the options of a file, with those that differ from their defaults in their place. Raises as TrainOptions
    does, as `read_config`, and InputError that names the file where its own options are at fault.
    """
    default = {field.name: field.default for field in fields(TrainOptions)}
    given = {name: value for name, value in options.items() if value != default[name]}
    config = read_config(path)
    try:
        return TrainOptions(**{**config, **given})
    except ConvscopeError as error:
        if isinstance(error, FormulaError) or _fault_of(config) != error.key:  # a formula shows its own place
            raise
        raise InputError.of(error, where=str(path)) from error
    except (TypeError, AttributeError) as error:  # a number where a word belongs, or the other way round
        raise InputError("config.toml", where=str(path), reason=str(error), hint=phrase("config.toml.try")) from error


def _fault_of(config: Mapping[str, Any]) -> str | None:
    """Return the key of what is wrong with a file's options alone; None where nothing is."""
    try:
        TrainOptions(**config)
    except ConvscopeError as error:
        return error.key
    return None


def config_toml(options: TrainOptions) -> bytes | None:
    """Return the text that asks for the same training again; None where data or a recipe are objects of a program."""
    again = asked_again(options)
    lines = []
    for field in fields(again):
        value = getattr(again, field.name)
        if value == field.default and field.name != "data":
            continue
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        elif not isinstance(value, (str, int, float, bool)):
            value = str(value) if field.name == "arch" else None
        if value is None:
            return None
        written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # all that TOML writes otherwise
        lines.append(f"{field.name.rstrip('_').replace('_', '-')} = {written}\n")
    try:
        return (WHAT + "".join(lines)).encode("utf-8")
    except UnicodeEncodeError:  # a path whose bytes are no text
        return None
