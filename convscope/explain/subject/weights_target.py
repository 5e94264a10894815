"""Weights alone, with the formula that they belong to, as what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import InputError, UsageError, phrase
from ...formula import trace
from ...formula.zoo import resolve
from ...modelfile.other_formats import is_script
from ...nn.weights_file import matched_classes, net_of, read_state, state_of
from ...pictures.input_spec import InputSpec
from ..options import LookOptions
from .target import Target, target_of_module

SHAPE = (1, 28, 28)


def target_of_weights(state: Any, formula: str, pictures: Any, options: LookOptions) -> Target:
    """Open a state_dict, or a file of one, as the network of `formula` that reads pictures of the options' shape.

    Raises FormulaError, PlanError, InputError or UsageError for what does not fit together.
    """
    file = None if isinstance(state, Mapping) else Path(state)
    if file is not None and is_script(file):
        raise InputError("module.script", where=str(file), hint=phrase("module.script.try"))
    found = state_of(state) if file is None else read_state(file)
    shape = tuple(options.shape or SHAPE)
    if len(shape) != 3:
        raise UsageError("picture.shape", got=shape, expected="(C, H, W)")
    channels: int = shape[0]
    mean, std = (_by_channel(value, channels, usual) for value, usual in ((options.mean, 0.0), (options.std, 1.0)))
    spec = InputSpec(shape, tuple(255 * n for n in mean), tuple(255 * n for n in std))
    plan = resolve(formula)
    count = len(options.classes) if options.classes else matched_classes(found)
    net = net_of(found, trace(plan, spec.shape, count), spec)
    title = options.title or ("weights" if file is None else file.stem)
    more = replace(options, mean=None, std=None, shape=None, title=title, formula=None)
    return target_of_module(net, pictures, more)


def _by_channel(value: Any, channels: int, usual: float) -> tuple[float, ...]:
    given = usual if value is None else value
    return (float(given),) * channels if isinstance(given, (int, float)) else tuple(map(float, given))
