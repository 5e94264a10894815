"""Formulas are read as they are meant, told apart from their near neighbours, and refused with the right column."""

from __future__ import annotations

import tracemalloc
import warnings
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.errors import ConvscopeError, FormulaError, PlanError
from convscope.formula import (
    FC,
    ZOO,
    AdaptiveAvgPool,
    BatchNorm,
    Branches,
    Chain,
    Conv,
    Crop,
    Dropout,
    MaxPool,
    Plan,
    ReLU,
    Repeat,
    Skip,
    parse,
    resolve,
    trace,
)
from convscope.formula.kinds import LAYERS

SIZE = st.integers(1, 9) | st.tuples(st.integers(1, 9), st.integers(1, 9))
PAD = st.integers(0, 9) | st.tuples(st.integers(0, 9), st.integers(0, 9))


@st.composite
def convs(draw: st.DrawFn) -> Conv:
    groups = draw(st.integers(1, 4))
    kernel, dilation = draw(SIZE), draw(SIZE)
    conv = Conv(groups * draw(st.integers(1, 9)), kernel, draw(SIZE), draw(PAD), dilation, groups, draw(st.booleans()))
    try:
        return replace(conv, pad="same") if draw(st.booleans()) else conv
    except PlanError:  # an even kernel cannot be "same"
        return conv


simple = st.sampled_from(
    [LAYERS[n] for n in ("relu", "leaky_relu", "prelu", "sigmoid", "tanh", "gap", "bn", "flatten")]
).map(lambda k: k())
leaves = (
    convs()
    | simple
    | st.builds(FC, st.none() | st.integers(1, 99))
    | st.builds(Dropout, st.floats(0, 0.9))
    | st.builds(MaxPool, SIZE, SIZE)
    | st.builds(AdaptiveAvgPool, SIZE)
)
groups = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda a, b: a + b, inner, inner)
        | st.builds(lambda a, n: a * n, inner, st.integers(1, 3))
        | st.builds(Skip, inner)
        | st.builds(lambda parts: Branches(tuple(parts)), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)


@given(groups, st.none() | st.builds(Crop, SIZE))
@settings(max_examples=500, deadline=None)
@pytest.mark.medium
def test_what_a_plan_prints_reads_back_as_the_same_plan(plan: Plan, crop: Crop | None) -> None:
    plan = plan if crop is None else crop + plan
    assert parse(str(plan)) == plan
    assert hash(parse(str(plan))) == hash(plan)


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("conv(16, 5)", Conv(16, 5)),
        ("conv(channels=16, kernel=5)", Conv(16, 5)),
        ("conv(16, (5, 5), stride=(2, 2))", Conv(16, 5, 2)),
        ("conv(8, (3, 5), pad='same', bias=False)", Conv(8, (3, 5), pad="same", bias=False)),
        ("relu()", ReLU()),
        ("[relu]", ReLU()),
        ("((relu))", ReLU()),
        ("relu*2", Repeat(ReLU(), 2)),
        ("2*relu", Repeat(ReLU(), 2)),
        ("relu × 2", Repeat(ReLU(), 2)),
        ("bn*2*3", Repeat(Repeat(BatchNorm(), 2), 3)),
        ("relu + (bn + relu)", Chain((ReLU(), BatchNorm(), ReLU()))),
        ("(relu + bn)*2", Repeat(Chain((ReLU(), BatchNorm())), 2)),
        ("relu + bn*2", Chain((ReLU(), Repeat(BatchNorm(), 2)))),
        ("\n  conv(16, 5)\n  + relu\n", Chain((Conv(16, 5), ReLU()))),
        ("skip(conv(3, 3, pad=1) + relu)", Skip(Conv(3, 3, pad=1) + ReLU())),
        ("maxpool(3)", MaxPool(3, 3)),
        ("fc(128) + fc", FC(128) + FC()),
    ],
)
def test_this_reads_as_that(text: str, plan: Plan) -> None:
    assert parse(text) == plan


def test_the_decks_own_way_of_writing() -> None:
    conv, pool = Conv(16, 3), MaxPool(2)
    plan = parse("[(conv(16,3)*2 + relu)*2 + maxpool(2)]*2 + fc")
    assert plan == ((conv * 2 + ReLU()) * 2 + pool) * 2 + FC()
    assert plan.count == ((2 + 1) * 2 + 1) * 2 + 1
    assert str(plan) == "[(conv(16, 3)*2 + relu)*2 + maxpool(2)]*2 + fc"


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("conv(16, 5, stride=0) + relu", 20, "stride must be a whole number of 1 or more, got 0"),
        ("conv(16)", 1, "conv needs kernel"),
        ("relu + konv(3, 3)", 8, "did you mean conv?"),
        ("conv(16, 3, strid=2)", 13, "did you mean stride?"),
        ("conv(16, 3, 1, 0, 1, 1, True, 9)", 31, "too many arguments for conv, got 8, expected at most 7"),
        ("relu(3)", 6, "too many arguments for relu, got 1, expected none"),
        ("conv(16, 2, pad='same')", 17, 'pad="same" needs an odd effective kernel'),
        ("conv(16, 3, groups=3)", 20, "groups must divide the channels"),
        ("conv(16, 3.0)", 10, "kernel must be a whole number"),
        ("conv(True, 3)", 6, "channels must be a whole number"),
        ("conv(16, (3, 3, 3))", 10, "kernel must be a whole number of 1 or more, or two"),
        ("conv(16, (3, 3, 3, 3))", 10, "kernel must be a whole number of 1 or more, or two"),
        ("conv(2000000, 3)", 6, "channels is too large, got 2000000, expected at most 1,000,000"),
        ("maxpool(2, pad=2)", 16, "pooling pads by half the kernel at most"),
        ("dropout(1)", 9, "p must be a number from 0 to 0.999"),
        ("leaky_relu(-0.1)", 12, "slope must be a number from 0 to 1"),
        ("relu + crop(3)", 8, "crop can only come first"),
        ("crop(3)*2", 9, "crop can only come first, once"),
        ("relu*0", 6, "a repeat must be a whole number of 1 or more, got 0"),
        ("relu*2.5", 6, "* repeats a layer or group a whole number of times, got 2.5"),
        ("relu*relu", 6, "* repeats a layer or group a whole number of times, got relu"),
        ("relu, relu", 1, "layers are joined by +, not by commas"),
        ("[relu, relu]", 1, "[…] holds one group, got 2 parts"),
        ("relu - relu", 1, "a layer or a group must stand here"),
        ("conv(16, 3", 5, "( is never closed"),
        ("relu + [relu", 8, "[ is never closed"),
        ("relu +", 7, "not a formula from here on"),
        ("skip()", 1, "skip takes one group, or two, got 0"),
        ("a.b(3)", 1, "a layer's name must stand here"),
        ("relu + nn.Conv2d(16, 3)", 8, "try: say conv(channels, kernel), such as conv(16, 3)"),
        ("torch.nn.LeakyReLU(0.1)", 1, "try: say leaky_relu"),
        ("Linear(10)", 1, "try: say fc"),
        ("fc + LogSoftmax", 6, "the loss takes scores, and the model file makes probabilities of them by itself"),
        ("fc + nn.Softmax(1)", 6, "the loss takes scores"),
        ("(" * 33 + "relu" + ")" * 33, 33, "at most 32"),
        ("relu # note", 6, "a character that no formula has"),
        ("", 1, "the formula is empty"),
        ("  relu + knov(3, 3)", 10, "did you mean conv?"),
    ],
)
def test_an_error_names_the_column_and_what_to_try(text: str, column: int, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    message = str(caught.value)
    assert caught.value.column == column
    assert says in message
    if text:
        shown, caret = message.splitlines()[1:3]
        assert shown[4:] == text
        assert caret.index("^") == 4 + column - 1


def test_too_many_signs_are_refused_at_the_first_too_many() -> None:
    with pytest.raises(FormulaError, match=r"at most 1,?024") as caught:
        parse("relu" + "*1" * 1025)
    assert caught.value.column == len("relu") + 2 * 1024 + 1
    with pytest.raises(FormulaError, match="nested too deep"):
        parse("relu" + "*1" * 1024)


def test_an_error_shows_place_caret_and_hint() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("conv(16, 5, stride=0) + relu")
    assert str(caught.value) == (
        "formula, column 20: stride must be a whole number of 1 or more, got 0\n"
        "    conv(16, 5, stride=0) + relu\n"
        "                       ^\n"
        "try: stride=1 keeps every position, stride=2 every other"
    )


ABSURD = [
    "conv(" * 10_000,
    "[" * 10_000 + "relu" + "]" * 10_000,
    "(" * 33 + "relu" + ")" * 33,
    "relu*1000000",
    "(conv(16, 3) + relu)*1000000",
    "relu*2*2*2*2*2*2*2*2*2*2",
    "relu" + " + relu" * 600,
    "relu" + "*1" * 3000,
    "-" * 5000 + "relu",
    "~" * 5000,
    "relu" + " " * 100_000,
    "x" * 100_000,
    "conv(" + "9" * 5000 + ", 3)",
    "relu" + "(" * 31 + ")" * 31,
    "\ud800 + relu",
    "relu\x00",
    "relu*" + "9" * 100,
    "conv(16, 3, stride=" + "(" * 30 + "1" + ",)" * 30 + ")",
]


@pytest.mark.parametrize("text", ABSURD, ids=range(len(ABSURD)))
@pytest.mark.medium
def test_absurd_text_is_refused_without_allocating(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ConvscopeError) as caught:
            parse(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
    str(caught.value).encode()  # whatever came in, any terminal takes the message
    assert len(str(caught.value)) < 1000


@pytest.mark.slow
@given(
    st.text(st.characters(exclude_categories=[]), max_size=60)
    | st.text("()[]+*,=0123conv relu fc skip.'\"-", max_size=60)
)
@settings(max_examples=1000, deadline=None)
def test_any_text_is_a_plan_or_a_clear_error(text: str) -> None:
    try:
        plan = parse(text)
    except ConvscopeError as error:
        assert str(error)
        str(error).encode()
    else:
        assert parse(str(plan)) == plan


def test_a_name_or_a_formula() -> None:
    assert resolve("slides") == parse(ZOO["slides"][0])
    assert resolve(" LeNet5 ") == parse(ZOO["lenet5"][0])
    assert resolve("relu + fc") == parse("relu + fc")
    with pytest.raises(FormulaError, match="did you mean slides"):
        resolve("slide")


@pytest.mark.parametrize("text", ["conv(3if 1 else 2, 3)", "relu*2or 3", "0xfor", "dropout(.5in x)", "1_0and 2"])
def test_python_warns_of_nothing(text: str) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with pytest.raises(FormulaError, match="column"):
            parse(text)
    assert not said


def test_strides_that_multiply_beyond_what_a_page_holds_are_refused() -> None:
    """The two before the last come to 10¹² pixels; the largest whole number that a page's numbers hold is 2⁵³ − 1."""
    trace(parse("conv(1, 1, stride=1000000)*2 + conv(1, 1, stride=9007) + fc"), (1, 28, 28), 10)
    for text in ("conv(1, 1, stride=1000000)*2 + conv(1, 1, stride=9008)", "conv(1, 1, stride=(1, 1000000))*400 + fc"):
        says = r"^layer (3|4), conv.*receptive field is too large, expected at most 9,007,199,254,740,991"
        with pytest.raises(PlanError, match=says):
            trace(parse(text), (1, 28, 28), 10)


def test_a_call_of_anything_but_a_name() -> None:
    for text, hint in (("torch.nn.Conv2d(16, 3)", "say conv(channels, kernel)"), ("(a + nn.Linear)(3)", "")):
        with pytest.raises(FormulaError) as caught:
            parse(text)
        assert str(caught.value.hint).startswith(hint)
        assert bool(caught.value.hint) == bool(hint)
