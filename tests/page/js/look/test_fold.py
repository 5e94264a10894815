"""Tokens are drawn as the grid that their places had, learned ones above; every place is found again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.js.node import Node, node


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with node(Path(__file__).with_name("fold_bench.js"), tmp_path_factory.mktemp("fold")) as started:
        yield started


def made(geometry: str, read: list[int], output: list[int], source: int, flat: bool = False) -> dict[str, Any]:
    return {"module": {"geometry": geometry}, "input": read, "output": output, "sources": [source], "flat": flat}


NODES = [
    made("windows", [3, 8, 12], [2, 2, 3], -1),
    made("places", [2, 2, 3], [2, 6, 1], 0),
    made("places", [2, 6, 1], [2, 7, 1], 1),  # a class token
    made("unknown", [2, 7, 1], [2, 7, 1], 2),
    made("resampled", [2, 7, 1], [2, 1, 1], 3),
    made("flatten", [2, 1, 1], [2, 1, 1], 4, True),
]


def test_tokens_behind_boxes_too_are_folded_and_others_are_not(bench: Node) -> None:
    folds = [bench.call("fold", {"nodes": NODES, "index": i}) for i in range(-1, len(NODES))]
    bare, whole = ({"extra": extra, "rows": 2 + extra, "columns": 3, "length": 6 + extra} for extra in (0, 1))
    assert folds == [None, None, bare, whole, whole, None, None]


def test_learned_tokens_stand_in_a_row_of_their_own(bench: Node) -> None:
    asked = {"nodes": NODES, "index": 3, "places": [0, 1, 3, 4, 6], "values": list(range(14)), "start": 7}
    assert bench.call("cells", asked) == {
        "cells": [[0, 0], [1, 0], [1, 2], [2, 0], [2, 2]],
        "back": [0, 1, 3, 4, 6],
        "beside": 0,
        "values": [7, None, None, 8, 9, 10, 11, 12, 13],
    }
