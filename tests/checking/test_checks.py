"""The check as a whole: what it puts off, what it takes, and that it gives the same again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import convscope
from convscope.checking import check, estimate_seconds
from tests.checking.made import clean, dataset, halved, read, split, texture


def test_parts_are_put_off_by_what_they_cost() -> None:
    images = np.concatenate([clean(40), read([halved(texture(4))]), np.full((1, 3, 48, 48), 9, dtype=np.uint8)])
    data = dataset(split(images, [*(np.arange(40) % 2), 0, 0]))
    everything, pixels = (estimate_seconds(42, data.shape, near=near) for near in (True, False))
    assert 0 < pixels < everything
    found = {s: check(data, seconds=s) for s in (everything, pixels, 0.0)}
    assert [finding.key for finding in found[everything].findings] == ["check.near", "check.flat"]
    assert [finding.key for finding in found[pixels].findings] == ["check.flat"]
    assert [part.key for part in found[pixels].put_off] == ["check.late.near"]
    assert not found[0.0].findings
    assert [part.key for part in found[0.0].put_off] == ["check.late.near", "check.late.pictures"]


def test_the_public_function_takes_a_folder_and_json_holds_the_report(tmp_path: Path) -> None:
    for label, first in (("cat", 0), ("dog", 30)):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for seed in range(first, first + 20):
            texture(seed, 48, 48).save(tmp_path / "pets" / label / f"{seed}.png")
    texture(3, 48, 48).save(tmp_path / "pets" / "dog" / "again.bmp")
    report = convscope.check(tmp_path / "pets")
    written = json.loads(json.dumps(report.to_json()))
    assert (written["name"], written["pictures"], written["groups"]) == ("pets", 41, 40)
    assert [(f["key"], f["count"], f["paths"]) for f in written["findings"]] == [
        ("check.conflict", 2, [["dog/again.bmp", "cat/3.png"]]),
        ("check.copies", 1, [["dog/again.bmp", "cat/3.png"]]),
    ]
    assert written["put_off"] == []
    assert len(report.groups) == 41
    assert not report.leaking("test").size


def test_a_set_without_pictures_is_checked_too() -> None:
    empty = dataset(split(np.zeros((0, 3, 8, 8), dtype=np.uint8), []))
    assert [finding.key for finding in check(empty).findings] == ["check.empty"]


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_found_does_not_hang_on_the_order_of_pictures(order: int) -> None:
    images = np.concatenate([clean(30), read([halved(texture(n)) for n in (1, 5, 9)])])[::order]
    (finding,) = check(dataset(split(images.copy(), [0] * 33), classes=("one",))).findings
    assert (finding.key, finding.count) == ("check.near", 3)
