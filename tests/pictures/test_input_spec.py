"""The input specification, and what a network must begin and end with."""

import json

import pytest

from convscope.errors import InputError, PlanError
from convscope.formula import parse, trace
from convscope.pictures.input_spec import InputSpec, check_ends


def test_the_slides_scaling_is_the_default() -> None:
    spec = InputSpec((3, 5, 7))
    assert (spec.mean, spec.std, spec.invert) == ((0.0,) * 3, (255.0,) * 3, "no")


def test_json_and_back() -> None:
    spec = InputSpec((2, 5, 7), (1.5, 33.318421), (2.0, 78.567), "some-rule", "auto")
    assert InputSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_specification_of_version_0_1_is_read_and_written() -> None:
    old = {"shape": [1, 28, 28], "mean": [33.3], "std": [78.6], "resize": "pad-bilinear-antialias", "invert": "auto"}
    spec = InputSpec.from_json(old)
    assert (spec.white, spec.centred) == (0, False)
    assert spec.to_json() == old, "what says nothing new is written so that 0.1 reads it"
    new = old | {"white": 4095, "centred": True}
    assert InputSpec.from_json(new).to_json() == new


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": (1, 28)},
        {"shape": (1, 28, 0)},
        {"shape": (1, 28, 2**40)},
        {"shape": (True, 28, 28)},
        {"shape": "abc"},
        {"shape": 7},
        {"mean": (1.0, 2.0)},
        {"mean": (float("nan"),)},
        {"mean": ("1",)},
        {"mean": (1e30,)},
        {"mean": (10**400,)},
        {"std": (0.0,)},
        {"std": (-1.0,)},
        {"std": (float("inf"),)},
        {"resize": 3},
        {"invert": "maybe"},
        {"white": -1},
        {"white": 65536},
        {"white": 255.0},
        {"white": True},
        {"centred": 1},
    ],
)
def test_nonsense_is_refused(fields: dict[str, object]) -> None:
    good = InputSpec((1, 28, 28)).to_json()
    with pytest.raises(InputError):
        InputSpec.from_json(good | fields)


@pytest.mark.parametrize(
    "fields", [None, [], "x", {}, {"shape": [1, 2, 3]}, {**InputSpec((1, 2, 3)).to_json(), "more": 1}]
)
def test_another_kind_of_json_is_refused(fields: object) -> None:
    with pytest.raises(InputError, match="not an input specification"):
        InputSpec.from_json(fields)


@pytest.mark.parametrize("formula", ["fc", "fc(10)", "gap + conv(10, 1)", "conv(10, (28, 20))", "fc + relu"])
def test_ten_scores_end_a_plan(formula: str) -> None:
    check_ends(trace(parse(formula), (1, 28, 20), 10), InputSpec((1, 28, 20)))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (
            "conv(10, 3)",
            "layer 1, conv(10, 3): the plan must end in one score for each class, got 10 maps of 26×26, expected 10 "
            "scores\ntry: + fc at the end",
        ),
        (
            "fc(7)",
            "layer 2, fc(7): the plan must end in one score for each class, got 7 numbers, expected 10 scores\ntry: "
            "fc without a number gives the 10 scores",
        ),
        (
            "flatten",
            "layer 1, flatten: the plan must end in one score for each class, got 784 numbers, expected 10 scores\n"
            "try: + fc at the end",
        ),
    ],
)
def test_any_other_end_is_named(formula: str, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        check_ends(trace(parse(formula), (1, 28, 28), 10), InputSpec((1, 28, 28)))
    assert str(caught.value) == message


def test_the_picture_must_be_the_one_the_plan_was_traced_for() -> None:
    with pytest.raises(PlanError, match=r"another input, got \(1, 28, 28\), expected \(1, 28, 20\)"):
        check_ends(trace(parse("fc"), (1, 28, 28), 10), InputSpec((1, 28, 20)))
