"""The named plans have the parameters and multiplications of the papers and of torchvision.

Both are counted a second time here, from nothing but the tables of channels that the papers print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from convscope.formula import ZOO, describe, parse, resolve, trace
from convscope.formula.zoo import OWN_INPUT

DOCS = Path(__file__).parents[2] / "docs" / "formula.md"

PARAMETERS = {  # what sum(p.numel() for p in torchvision.models.NAME().parameters()) gives
    "resnet18": 11_689_512,
    "mobilenet_v2": 3_504_872,
    "squeezenet": 1_235_496,
    "vgg16": 138_357_544,
    "alexnet": 61_100_840,
}

Filters = tuple[int, int, int, int]  # channels read and made, the kernel, rows (and columns) of the maps made


def counted(filters: Iterable[Filters]) -> int:
    """Return the MACs of convolutions; a fully connected layer is one of 1×1 on maps of 1×1."""
    return sum(read * made * kernel**2 * rows**2 for read, made, kernel, rows in filters)


def resnet8() -> Iterator[Filters]:
    yield 3, 16, 3, 32
    for read, made, rows in ((16, 16, 32), (16, 32, 16), (32, 64, 8)):
        yield from ((read, made, 3, rows), (made, made, 3, rows))
        if read != made:
            yield read, made, 1, rows
    yield 64, 10, 1, 1


def resnet18() -> Iterator[Filters]:
    yield 3, 64, 7, 112
    for read, made, rows in ((64, 64, 56), (64, 128, 28), (128, 256, 14), (256, 512, 7)):
        yield from ((read, made, 3, rows), (made, made, 3, rows), (made, made, 3, rows), (made, made, 3, rows))
        if read != made:
            yield read, made, 1, rows
    yield 512, 1000, 1, 1


def mobilenet_v2() -> Iterator[Filters]:
    """t, c, n, s of the paper's table 2."""
    yield 3, 32, 3, 112
    before, rows = 32, 112
    for wider, channels, count, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ):  # fmt: skip
        for i in range(count):
            inside = wider * before
            if wider > 1:
                yield before, inside, 1, rows
            rows //= stride if i == 0 else 1
            yield 1, inside, 3, rows
            yield inside, channels, 1, rows
            before = channels
    yield 320, 1280, 1, 7
    yield 1280, 1000, 1, 1


def squeezenet() -> Iterator[Filters]:
    yield 3, 64, 3, 111
    read = 64
    for squeeze, expand, rows in (
        (16, 64, 55), (16, 64, 55), (32, 128, 27), (32, 128, 27),
        (48, 192, 13), (48, 192, 13), (64, 256, 13), (64, 256, 13),
    ):  # fmt: skip
        yield from ((read, squeeze, 1, rows), (squeeze, expand, 1, rows), (squeeze, expand, 3, rows))
        read = 2 * expand
    yield 512, 1000, 1, 13


def vgg16() -> Iterator[Filters]:
    read = 3
    for made, count, rows in ((64, 2, 224), (128, 2, 112), (256, 3, 56), (512, 3, 28), (512, 3, 14)):
        for _ in range(count):
            yield read, made, 3, rows
            read = made
    yield from ((512 * 49, 4096, 1, 1), (4096, 4096, 1, 1), (4096, 1000, 1, 1))


def alexnet() -> Iterator[Filters]:
    yield from ((3, 64, 11, 55), (64, 192, 5, 27), (192, 384, 3, 13), (384, 256, 3, 13), (256, 256, 3, 13))
    yield from ((256 * 36, 4096, 1, 1), (4096, 4096, 1, 1), (4096, 1000, 1, 1))


@pytest.mark.parametrize("by_table", [resnet8, resnet18, mobilenet_v2, squeezenet, vgg16, alexnet])
def test_multiplications_are_those_of_the_papers_tables(by_table: Callable[[], Iterator[Filters]]) -> None:
    name = by_table.__name__  # type: ignore[attr-defined]
    network = describe(name).network
    assert network.macs == counted(by_table())
    assert network.input == OWN_INPUT[name][0]
    assert network.nodes[-1].output == (OWN_INPUT[name][1], 1, 1)
    row = f" | {len(network.nodes)} | {network.parameters:,} | {network.macs:,} |"
    assert row in next(line for line in DOCS.read_text(encoding="utf-8").split("\n") if line.startswith(f"| `{name}`"))
    assert f"{network.parameters:,} parameters" in ZOO[name][1]
    assert f"{network.macs:,} MACs" in ZOO[name][1]


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_torchvisions(name: str) -> None:
    assert describe(name).network.parameters == PARAMETERS[name]


def test_resnet8_has_what_keras_counts_less_the_statistics_of_bn() -> None:
    assert describe("resnet8").network.parameters == 78_666 - 2 * (3 * 16 + 2 * 32 + 2 * 64)


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.medium
def test_a_named_plan_is_what_its_formula_says_on_other_pictures_too(name: str) -> None:
    plan = resolve(f" {name.upper()} ")
    assert plan == parse(str(plan)) == parse(ZOO[name][0])
    assert trace(plan, (3, 96, 128), 1000).nodes[-1].output == (1000, 1, 1)
