"""Padding is NumPy's, upsampling torch's: places, numbers, sizes, and how many numbers a model file may hold for it."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch

from convscope.errors import PlanError
from convscope.formula import parse, trace
from convscope.formula.geometry import Patch, Shape, Source
from convscope.formula.kinds.pooling import MAX_AVERAGED
from convscope.formula.kinds.resampling import Pad, Resampled, Upsample
from convscope.formula.receptive_field import ReceptiveField
from convscope.modelfile import serialise
from convscope.pictures.input_spec import InputSpec
from tests.conformance import onnx_engine

NUMPYS: dict[str, Any] = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
MAPS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) + 1
FIELD = ReceptiveField(size=(5, 6), jump=(8, 4), start=(-3, 2))


def by_places(layer: Resampled, maps: np.ndarray) -> np.ndarray:
    """Return what `layer` makes of maps (C, H, W) by its own account of where each row and column comes from."""
    made = maps.astype(np.float64)
    for axis, count in enumerate(trace(layer, maps.shape).nodes[0].output[1:]):
        lines = np.moveaxis(made, axis + 1, 0)
        weighed = [[(lines[at], share) for at, share in layer.along(axis, place, len(lines))] for place in range(count)]
        sums = [sum((line * share for line, share in one), np.zeros_like(lines[0])) for one in weighed]
        made = np.moveaxis(np.stack(sums), 0, axis + 1)
    return made


def by_model_file(layer: Resampled, maps: np.ndarray) -> np.ndarray:
    """Return what ONNX Runtime makes of maps by the operators of `layer`."""
    classes = [str(n) for n in range(math.prod(trace(layer, maps.shape).nodes[0].output))]
    network = trace(layer + parse("flatten"), maps.shape, len(classes))
    spec = InputSpec(maps.shape, (0.0,) * len(maps), (1.0,) * len(maps))
    (made,) = onnx_engine.outputs(serialise(network, spec, {}, classes), network, maps[None])[0]
    return made


@pytest.mark.parametrize("mode", NUMPYS)
@pytest.mark.parametrize("sides", [(0, 0, 0, 0), (1, 0, 2, 3), (2, 3, 1, 0), (0, 2, 2, 1)])
def test_padding_is_numpys(mode: str, sides: tuple[int, int, int, int]) -> None:
    layer = Pad(sides, mode)
    wanted = np.pad(MAPS, ((0, 0), sides[::2], sides[1::2]), NUMPYS[mode])
    np.testing.assert_array_equal(by_places(layer, MAPS), wanted)
    np.testing.assert_array_equal(by_model_file(layer, MAPS), wanted)


def test_another_value_is_put_around() -> None:
    made = by_model_file(Pad((1, 0, 0, 2), value=-7.0), MAPS)
    np.testing.assert_array_equal(made, np.pad(MAPS.astype(int), ((0, 0), (1, 0), (0, 2)), constant_values=-7))


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
@pytest.mark.parametrize("scale", [(1, 1), (2, 3), (5, 1), (4, 2)])
def test_upsampling_is_torchs(mode: str, scale: tuple[int, int]) -> None:
    layer = Upsample(scale, mode)
    given = torch.from_numpy(MAPS.astype(np.float64))[None]
    wanted = torch.nn.functional.interpolate(given, scale_factor=scale, mode=mode)[0].numpy()
    np.testing.assert_allclose(by_places(layer, MAPS), wanted, rtol=1e-12)
    np.testing.assert_allclose(by_model_file(layer, MAPS), wanted, rtol=1e-6)


def test_blending_by_hand() -> None:
    halves = Upsample(2, "bilinear")
    assert [halves.along(0, at, 2) for at in range(4)] == [
        ((0, 1.0),), ((0, 0.75), (1, 0.25)), ((0, 0.25), (1, 0.75)), ((1, 1.0),),
    ]  # fmt: skip
    assert Upsample(3, "bilinear").along(1, 4, 3) == ((1, 1.0),)  # the middle of a number's three is that number
    assert Upsample((3, 2)).along(0, 5, 2) == ((1, 1.0),)
    assert Upsample((3, 2)).along(1, 5, 3) == ((2, 1.0),)


@pytest.mark.parametrize(("mode", "most"), [("zeros", 9), ("replicate", 9), ("reflect", 2), ("circular", 3)])
@pytest.mark.parametrize("end", range(4))
def test_no_more_is_mirrored_or_wrapped_than_there_is(mode: str, most: int, end: int) -> None:
    def padded(added: int) -> Shape:
        sides = [0, 0, 0, 0]
        sides[end] = added
        top, left, bottom, right = sides
        return trace(Pad((top, left, bottom, right), mode), (1, 3, 3)).nodes[0].output

    for added in range(most + 1):
        assert padded(added) == ((1, 3 + added, 3) if end % 2 == 0 else (1, 3, 3 + added))
    for added in range(most + 1, 6):
        with pytest.raises(PlanError, match=rf"got {added}, 3\b.*"):
            padded(added)


def test_each_axis_is_held_to_its_own_length() -> None:
    assert trace(parse('pad((1, 4), mode="reflect")'), (1, 2, 5)).nodes[0].output == (1, 4, 13)
    with pytest.raises(PlanError, match="got 4, 2"):
        trace(parse('pad((4, 1), mode="reflect")'), (1, 2, 5))


def test_sizes_are_said_as_sums() -> None:
    node = trace(parse("pad((1, 2, 3, 0))"), (2, 5, 6)).nodes[0]
    assert (node.output, node.size_how) == ((2, 9, 8), "1 + 5 + 3 = 9, 2 + 6 + 0 = 8")
    assert (node.dropped, node.flat) == ((0, 0), False)
    node = trace(parse("upsample((3, 2))"), (2, 5, 6)).nodes[0]
    assert (node.output, node.size_how) == ((2, 15, 12), "3×5 = 15, 2×6 = 12")
    assert (node.dropped, node.flat) == ((0, 0), False)


@pytest.mark.parametrize(
    ("scale", "size", "numbers"),
    [
        ((65_534, 1), (1, 1), 65_535),
        ((65_535, 1), (1, 1), 65_536),
        ((3, 1), (128, 128), 65_536),
        ((1, 3), (128, 128), 65_536),
        ((65_536, 1), (1, 1), 65_537),
        ((1, 65_536), (1, 1), 65_537),
        ((1, 1), (256, 1), 65_537),
        ((1, 1), (1, 256), 65_537),
    ],
)
def test_the_matrices_that_blend_have_a_bound(scale: tuple[int, int], size: tuple[int, int], numbers: int) -> None:
    output = (1, scale[0] * size[0], scale[1] * size[1])
    assert output[1] * size[0] + output[2] * size[1] == numbers
    assert trace(Upsample(scale), (1, *size)).nodes[0].output == output  # nearest needs none
    if numbers <= MAX_AVERAGED:
        assert trace(Upsample(scale, "bilinear"), (1, *size)).nodes[0].output == output
    else:
        with pytest.raises(PlanError) as caught:
            trace(Upsample(scale, "bilinear"), (1, *size))
        sums = f"{output[1]}×{size[0]} + {output[2]}×{size[1]} = {numbers:,}"
        assert f"{sums}, expected at most 65,536" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("pad((1, 2, 7, 9))", ReceptiveField((5, 6), (8, 4), (-11, -6))),
        ("upsample((2, 4))", ReceptiveField((5, 6), (4, 1), (-3, 2))),
        ("upsample((3, 3))", ReceptiveField((5, 6), (3, 1), (-3, 2))),  # 8/3 and 4/3 to the nearest
        ("upsample((16, 8))", ReceptiveField((5, 6), (1, 1), (-3, 2))),  # a half: up
        ("upsample((17, 9))", ReceptiveField((5, 6), (1, 1), (-3, 2))),  # never 0
        ('upsample((2, 4), mode="bilinear")', ReceptiveField((13, 10), (4, 1), (-3, 2))),  # one more of a jump of 8, 4
    ],
)
def test_what_its_first_unit_sees(text: str, field: ReceptiveField) -> None:
    layer = parse(text)
    assert isinstance(layer, Resampled)
    assert layer.receptive_field([FIELD], (9, 9)) == field


@pytest.mark.parametrize("text", ["pad((2, 1, 0, 3))", 'pad(2, mode="reflect")', 'upsample((2, 3), mode="bilinear")'])
@pytest.mark.medium
def test_units_read_what_they_are_made_from(text: str) -> None:
    """A row of the input that is not named changes nothing when it is doubled, one that is does."""
    layer = parse(text)
    assert isinstance(layer, Resampled)
    before = by_places(layer, MAPS)
    for row, column in itertools.product(range(before.shape[1]), range(before.shape[2])):
        one = Patch(range(1, 2), frozenset({row}), frozenset({column}))
        read = layer.read_by(one, Source(MAPS.shape, flat=False))
        changed = np.zeros_like(MAPS, dtype=bool)
        for y, x in itertools.product(range(3), range(4)):
            more = MAPS.copy()
            more[1, y, x] *= 2
            changed[1, y, x] = by_places(layer, more)[1, row, column] != before[1, row, column]
        wanted = np.zeros_like(changed)
        wanted[np.ix_(list(read.channels), sorted(read.rows), sorted(read.columns))] = True
        np.testing.assert_array_equal(changed, wanted)


def test_what_a_page_is_told_of_them() -> None:
    assert Pad((1, 2, 3, 4), "reflect").options() == {
        "sides": [1, 2, 3, 4], "mirrors": True, "repeats": False, "wraps": False, "value": 0.0,
    }  # fmt: skip
    flags = {mode: [Pad(1, mode).options()[word] for word in ("mirrors", "repeats", "wraps")] for mode in NUMPYS}
    assert flags == {
        "zeros": [False, False, False],
        "reflect": [True, False, False],
        "replicate": [False, True, False],
        "circular": [False, False, True],
    }
    assert Upsample((2, 3)).options() == {"scale": [2, 3], "blends": False}
    assert Upsample(2, "bilinear").options() == {"scale": [2, 2], "blends": True}
