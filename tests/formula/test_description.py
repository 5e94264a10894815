"""The table adds up, reads as stored, and says in JSON what it says in text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from convscope.formula import Conv, Network, describe
from convscope.formula.description import Description
from tests.strategies import networks

SLIDES = """\
conv(16, 5) + relu + conv(32, 5) + relu + maxpool(2) + conv(64, 5) + relu + conv(128, 5) + relu + fc
input 1×28×28, 10 classes

          layer         output    parameters       MACs   sees  jump  start
───────────────────────────────────────────────────────────────────────────
conv1     conv(16, 5)   16×24×24         416    230,400    5×5     1      0
relu1     relu          16×24×24           0          0    5×5     1      0
conv2     conv(32, 5)   32×20×20      12,832  5,120,000    9×9     1      0
relu2     relu          32×20×20           0          0    9×9     1      0
maxpool1  maxpool(2)    32×10×10           0          0  10×10     2      0
conv3     conv(64, 5)   64×6×6        51,264  1,843,200  18×18     2      0
relu3     relu          64×6×6             0          0  18×18     2      0
conv4     conv(128, 5)  128×2×2      204,928    819,200  26×26     2      0
relu4     relu          128×2×2            0          0  26×26     2      0
flatten1  flatten       512×1×1            0          0  26×26     2      0
fc1       fc            10×1×1         5,130      5,120  28×28     4      0
───────────────────────────────────────────────────────────────────────────
          total                      274,570  8,017,920

how the sizes and the parameters come about: O = floor((I − K + 2P)/S) + 1
conv1     floor((28 − 5 + 2×0)/1) + 1 = 24  16 × (1×5×5 + 1) = 416
conv2     floor((24 − 5 + 2×0)/1) + 1 = 20  32 × (16×5×5 + 1) = 12,832
maxpool1  floor((20 − 2 + 2×0)/2) + 1 = 10
conv3     floor((10 − 5 + 2×0)/1) + 1 = 6   64 × (32×5×5 + 1) = 51,264
conv4     floor((6 − 5 + 2×0)/1) + 1 = 2    128 × (64×5×5 + 1) = 204,928
flatten1  128×2×2 = 512
fc1       10 units                          10 × (512 + 1) = 5,130"""


def test_the_table_of_the_lectures_network() -> None:
    assert str(describe("slides")) == SLIDES


@given(networks())
@settings(max_examples=100, deadline=None)
@pytest.mark.medium
def test_rows_add_up_to_the_printed_totals(network: Network) -> None:
    description = Description(network)
    table = str(description).split("\n\n")[1].splitlines()
    rows = [line.split() for line in table[2:-2]]
    header = table[0]
    assert len(rows) == len(network.nodes)
    ends = {title: header.index(title) + len(title) for title in ("parameters", "MACs")}  # both are set flush right

    def number(line: str, title: str) -> int:
        return int(line[: ends[title]].split()[-1].replace(",", ""))

    for title in ends:
        assert sum(number(line, title) for line in table[2:-2]) == number(table[-1], title)
    content = json.loads(json.dumps(description.to_json()))
    assert sum(layer["parameters"] for layer in content["layers"]) == content["parameters"] == network.parameters
    assert sum(layer["macs"] for layer in content["layers"]) == content["macs"] == network.macs
    assert {"formula", "input", "classes", "layers", "parameters", "macs"} == set(content)
    assert {"layer", "output", "parameters", "macs", "receptive_field"} <= set(content["layers"][0])


def test_a_plan_that_ends_elsewhere_is_described_and_says_so() -> None:
    assert "it ends with 4×26×26, not with a score for each of 10 classes: add + fc" in str(describe(Conv(4, 3)))
    assert "it ends with" not in str(describe("fc"))
    assert "leaves out 1 row and 1 column" in str(describe("conv(1, 3, stride=2) + maxpool(2) + fc"))
