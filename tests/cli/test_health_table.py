"""A network's health for reading: columns add up, and of many units few are named."""

from __future__ import annotations

from convscope.cli.health_table import health_lines
from convscope.evaluation.health import BadWeights, Health, LayerHealth

DEAD = LayerHealth("conv1", "relu1", (*["dead"] * 8, None), (-1,) * 9)
TWICE = LayerHealth("합성곱", "합성곱", ("linear", "duplicate", "notfinite"), (-1, 0, -1))


def test_a_line_a_layer_and_their_sums() -> None:
    lines = list(health_lines(Health(5, (DEAD, TWICE), (BadWeights("conv1.weight", 2, 0),))))
    assert lines[0].startswith("10 of 12 units")
    head, first, second, total = lines[2:6]
    assert " ".join(head.split()) == "layer after units no number saturated dead constant duplicate always on"
    assert first.endswith("dead 0, 1, 2, 3, 4, 5, …")
    assert " ".join(second.split()[2:]) == "3 1 · · · 1 1 no number 2; duplicate 1 = 0; always on 0"
    assert total.split() == ["all", "12", "1", "0", "8", "0", "1", "1"]
    assert "conv1.weight: 2 NaN, 0 infinite" in lines
    assert "all weights are finite numbers" not in lines
    said = [line.partition(",")[0] for line in lines if ", try: " in line]
    assert said == ["no number", "dead", "duplicate", "always on"]


def test_a_sound_network_is_called_that() -> None:
    sound = LayerHealth("conv1", "conv1", (None,) * 3, (-1,) * 3)
    lines = list(health_lines(Health(5, (sound,), ())))
    assert lines[0] == "all 3 units work: none is dead, saturated, constant or a duplicate in 5 pictures"
    assert not any("try:" in line for line in lines)


def test_one_picture_tells_nothing_of_units() -> None:
    lines = list(health_lines(Health(1, (DEAD,), ())))
    assert lines == [
        "one picture can't tell whether a unit is dead, saturated, constant or a duplicate: give two or more",
        "",
        "all weights are finite numbers",
    ]
