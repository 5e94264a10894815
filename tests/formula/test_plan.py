"""Plans are frozen values that compose in Python as they do in text."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields

import pytest

from convscope.errors import FormulaError, PlanError
from convscope.formula import FC, AvgPool, Branches, Chain, Conv, Crop, MaxPool, Plan, ReLU, Repeat, Skip, parse
from convscope.formula.geometry import pair
from convscope.formula.kinds import LAYERS


def test_composed_in_python() -> None:
    assert str((Conv(16, 5) + ReLU()) * 2 + FC()) == "(conv(16, 5) + relu)*2 + fc"
    assert (Conv(16, 5) + ReLU()) + FC() == Conv(16, 5) + (ReLU() + FC()) == Chain((Conv(16, 5), ReLU(), FC()))
    assert 2 * ReLU() == ReLU() * 2 == Repeat(ReLU(), 2)


def test_a_notebook_shows_the_formula() -> None:
    plan = (Conv(16, 5) + ReLU()) * 2 + FC()
    assert ">(conv(16, 5) + relu)*2 + fc<" in plan._repr_html_()
    assert ">relu<" in ReLU()._repr_html_()


def test_one_form_for_one_meaning() -> None:
    assert Conv(16, (5, 5)) == Conv(16, 5)
    assert Conv(16, (3, 5)) != Conv(16, (5, 3))
    assert MaxPool(2) == MaxPool(2, 2) == MaxPool((2, 2), stride=(2, 2))
    assert MaxPool(2) != AvgPool(2)
    assert len({MaxPool(2), MaxPool(2, 2), AvgPool(2)}) == 2
    assert (pair(3), pair((3, 5))) == ((3, 3), (3, 5))


def test_values_are_frozen() -> None:
    conv = Conv(16, 5)
    with pytest.raises(FrozenInstanceError):
        conv.stride = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del conv.stride
    assert copy.deepcopy(conv) == conv == pickle.loads(pickle.dumps(conv))
    assert repr(Conv(1, 2)) == "Conv(channels=1, kernel=2, stride=1, pad=0, dilation=1, groups=1, bias=True)"


def test_wrong_arguments_are_type_errors_as_in_any_class() -> None:
    for call in (
        lambda: Conv(16),
        lambda: Conv(1, 2, 3, 4, 5, 6, True, 8),
        lambda: Conv(1, 2, size=3),
        lambda: Conv(1, 2, channels=3),
    ):  # type: ignore[call-arg, misc]
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError):
        Conv(16, 5) + "relu"  # type: ignore[operator]
    with pytest.raises(TypeError):
        ReLU() * 2.0  # type: ignore[operator]


def test_every_layer_explains_itself() -> None:
    for name, layer in LAYERS.items():
        assert layer.__doc__, name
        assert set(inspect.signature(layer).parameters) == {field.name for field in fields(layer)}
    assert str(inspect.signature(LAYERS["maxpool"])).startswith("(kernel: 'Size', stride")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv(0, 3),
        lambda: Conv(4, 0),
        lambda: Conv(4, -3),
        lambda: Conv(4, 3, pad=-1),
        lambda: Conv(4, 3, dilation=0),
        lambda: Conv(4, 3, groups=3),
        lambda: Conv(4, 3, bias=1),  # type: ignore[arg-type]
        lambda: Conv(4, 3.5),  # type: ignore[arg-type]
        lambda: Conv(4, 3, pad="valid"),  # type: ignore[arg-type]
        lambda: MaxPool(3, pad=2),
        lambda: FC(0),
        lambda: ReLU() * 0,
        lambda: ReLU() * 513,
        lambda: ReLU() + Crop(3),
        lambda: Skip(Crop(3)),
        lambda: Branches((Crop(3), ReLU())),
        lambda: Branches((ReLU(),)),
        lambda: Branches((ReLU() * 256, ReLU() * 256)),  # 513 with the concat
        lambda: Branches((ReLU() * 100, ReLU())) * 6,
        lambda: Crop(3) * 1,
    ],
)
def test_what_cannot_be_built_is_refused_at_once(make: object) -> None:
    with pytest.raises(PlanError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("around", [Skip, lambda plan: Branches((plan, plan))])
def test_depth_is_bounded_in_python_too(around: Callable[[Plan], Plan]) -> None:
    plan: Plan = ReLU()
    with pytest.raises(PlanError, match=r"too deep|too many layers"):
        for _ in range(40):
            plan = around(plan)


def within_one_another(group: str, times: int) -> str:
    """Return a formula of parts, each within the one after it."""
    parts = [f"p{i} = {group.format(f'p{i - 1}')}; " for i in range(1, times + 1)]
    return f"p0 = relu; {''.join(parts)}p{times}"


LAYERS_AT_MOST = [  # 512 layers, and 513
    ("relu*512", "relu*513"),
    ("relu*256 + relu*256", "relu*256 + relu*257"),
    ("skip(relu*511)", "skip(relu*512)"),
    ("skip(relu*500, relu*11)", "skip(relu*500, relu*12)"),
    ("gate(relu*511)", "gate(relu*512)"),
    ("concat(relu*500, relu*11)", "concat(relu*500, relu*12)"),
    ("relu*506 + se(1)", "relu*507 + se(1)"),
    ("(relu + relu)*256", "(relu + relu)*256 + relu"),
]
DEPTHS_AT_MOST = [  # a depth of 32, each group with what stands beside the next being 2; and one more within
    (within_one_another(group, 16), within_one_another(group, 16).replace("relu", one))
    for group in ("concat(bn + {}, bn)", "concat(bn, {} + bn)", "skip(bn + {})", "skip(bn, {} + bn)", "gate({} + bn)")
    for one in ("skip(relu)", "gate(relu)", "concat(relu, relu)", "(relu*1)")
]
DEPTHS_AT_MOST.append(  # an se is 2 deep
    tuple(within_one_another("gate({} + bn)", 15).replace("relu", inner) for inner in ("se(1)", "skip(se(1))"))  # type: ignore[arg-type]
)


@pytest.mark.parametrize(("taken", "refused"), LAYERS_AT_MOST)
def test_512_layers_are_taken_and_513_are_not(taken: str, refused: str) -> None:
    assert parse(taken).count == 512
    with pytest.raises(FormulaError, match="too many layers after repeats, got 513, expected at most 512"):
        parse(refused)


@pytest.mark.parametrize(("taken", "refused"), DEPTHS_AT_MOST)
def test_a_depth_of_32_is_taken_and_33_is_not(taken: str, refused: str) -> None:
    assert parse(taken).depth == 32
    with pytest.raises(FormulaError, match="groups nested too deep, got 33, expected at most 32"):
        parse(refused)


@pytest.mark.parametrize("ratio", [1, 1024])
def test_the_ratio_of_an_se_has_its_bounds(ratio: int) -> None:
    assert str(parse(f"se({ratio})")) == f"se({ratio})"
    for wrong in (0, 1025, True, 2.0):
        with pytest.raises(FormulaError, match="the ratio of an se"):
            parse(f"se({wrong})")
