"""Arguments at their bounds, one below and one above; an option that two share is held to what it must fit."""

from __future__ import annotations

import itertools
import math
from dataclasses import MISSING, fields
from typing import Any

import pytest

from convscope.errors import FormulaError, PlanError
from convscope.formula import Layer, parse
from convscope.formula.kinds import LAYERS
from convscope.formula.kinds.arguments import LARGEST, Extent, Number, Whole

ASKED = [(kind, name) for kind in LAYERS.values() for name, argument in kind.arguments.items()
         if isinstance(argument, (Whole, Extent, Number))]  # fmt: skip


def layer_with(kind: type[Layer], name: str, value: object) -> str:
    """Return a layer as text: what must be there as in the kind's example, and one argument as it is asked for."""
    example = parse({"clip": "clip(0, 1)", "conv": "conv(16, 3)"}.get(kind.name, str(kind.example or kind.name)))
    needed = {field.name: getattr(example, field.name) for field in fields(kind) if field.default is MISSING}
    given = {**needed, name: value}
    return f"{kind.name}({', '.join(f'{word}={value}' for word, value in given.items())})"


def at_bounds() -> list[tuple[str, bool]]:
    """Return every argument as text one below its bounds, at them and one above; and whether it is within."""
    found = []
    for kind, name in ASKED:
        argument = kind.arguments[name]
        if isinstance(argument, Number):
            least, most = argument.least, argument.most
            values: list[tuple[object, bool]] = [(least, True), (most, True)]
            values += [(math.nextafter(least, -math.inf), False), (math.nextafter(most, math.inf), False)]
            values = [(value, within) for value, within in values if math.isfinite(float(str(value)))]
        else:
            assert isinstance(argument, (Whole, Extent))
            values = [(argument.least, True), (LARGEST, True), (argument.least - 1, False), (LARGEST + 1, False)]
        if isinstance(argument, Extent):
            ends = [(argument.least, LARGEST), (argument.least - 1, 1), (1, LARGEST + 1)]
            ends += [(argument.least, argument.least, argument.least, LARGEST)] * argument.sides
            values += [(pair, all(argument.least <= n <= LARGEST for n in pair)) for pair in ends]
            values += [((2, 2, 2, 2), argument.sides), ((2, 2, 2), False), ((2, 2, 2, 2, 2), False)]
        found += [(layer_with(kind, name, value), within) for value, within in values]
    return found


AT_BOUNDS = at_bounds()


@pytest.mark.parametrize(("text", "within"), AT_BOUNDS, ids=lambda value: str(value).lower())
def test_every_argument_is_held_to_its_own_bounds(text: str, within: bool) -> None:
    """What is within is taken, unless it does not go with another argument."""
    ranges = r"whole number|too large|a number from"
    if within:
        try:
            parse(text)
        except FormulaError as error:
            assert error.key in ("value.divide", "value.below", "pool.pad.half", "pad.same", "value.odd"), error
    else:
        with pytest.raises(FormulaError, match=ranges):
            parse(text)


def test_two_numbers_that_are_one_are_written_as_one() -> None:
    forms: dict[str, Any] = {
        "3": 3, "(3, 3)": 3, "(3, 4)": (3, 4), "(3, 3, 3, 3)": 3, "(3, 4, 3, 4)": (3, 4), "(3, 3, 4, 4)": (3, 3, 4, 4),
        "(3, 3, 3, 4)": (3, 3, 3, 4), "(4, 3, 3, 3)": (4, 3, 3, 3),
    }  # fmt: skip
    for text, value in forms.items():
        assert getattr(parse(f"pad({text})"), "sides") == value  # noqa: B009


@pytest.mark.parametrize(
    ("taken", "refused", "key"),
    [
        ("conv(6, 3, groups=3)", "conv(6, 3, groups=4)", "value.divide"),
        ("conv(6, 3, groups=6)", "conv(6, 3, groups=12)", "value.divide"),
        ('conv(6, (3, 1), pad="same")', 'conv(6, (3, 2), pad="same")', "pad.same"),
        ('conv(6, 2, pad="same", dilation=2)', 'conv(6, 2, pad="same", dilation=3)', "pad.same"),
        ("maxpool(2, pad=1)", "maxpool(2, pad=2)", "pool.pad.half"),
        ("avgpool(3, pad=1)", "avgpool(3, pad=2)", "pool.pad.half"),
        ("avgpool((4, 2), pad=(2, 1))", "avgpool((4, 2), pad=(1, 2))", "pool.pad.half"),
        ("maxpool(4, pad=(0, 1, 2, 2))", "maxpool(4, pad=(0, 1, 2, 3))", "pool.pad.half"),
        ("clip(1, 1.5)", "clip(1, 1)", "value.below"),
        ("channel_slice(1, 2)", "channel_slice(2, 2)", "value.below"),
        ("conv_transpose(3, 2, stride=(2, 3), output_padding=(1, 2))",
         "conv_transpose(3, 2, stride=(2, 3), output_padding=(2, 1))", "value.below"),
        ('pad(1, mode="reflect", value=0)', 'pad(1, mode="reflect", value=0.5)', "pad.value"),
        ("pad(1, value=-2)", 'pad(1, mode="circular", value=-2)', "pad.value"),
        ("lrn(5)", "lrn(4)", "value.odd"),
    ],
)  # fmt: skip
def test_arguments_that_must_go_together(taken: str, refused: str, key: str) -> None:
    parse(taken)
    with pytest.raises(FormulaError) as caught:
        parse(refused)
    assert caught.value.key == key


def test_python_is_told_as_text_is() -> None:
    for kind, value in itertools.product(("conv", "fc"), (0, True, 2.0, "3", LARGEST + 1)):
        with pytest.raises(PlanError, match=r"whole number|too large"):
            LAYERS[kind](*([value, 3] if kind == "conv" else [value]))  # type: ignore[call-arg]
