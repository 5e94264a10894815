"""The record of networks that others built: it is what is counted today, and docs/networks.md shows it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import foreign_networks, networks, networks_report, results
from benchmarks.foreign_networks import TORCHVISION, Bed, beds
from convscope.formula import describe

COUNTED = ("boxes", "kinds", "parameters", "macs", "torchinfo", "fvcore")
ROWS = {(row["group"], row["network"], row["way"]): row for row in results.read(networks.NAME)["rows"]}
# torchvision's name and the plan that is this network in the formula.
PLANS = {
    "resnet18": "resnet18",
    "mobilenet_v2": "mobilenet_v2",
    "squeezenet1_1": "squeezenet",
    "vgg16": "vgg16",
    "alexnet": "alexnet",
}


def test_every_test_bed_has_its_row() -> None:
    assert ROWS.keys() == {(bed.group, bed.name, bed.way) for bed in beds()}


def test_docs_show_the_record() -> None:
    text = networks_report.PAGE.read_text(encoding="utf-8")
    assert networks_report.page(text, results.read(networks.NAME)) == text


@pytest.mark.parametrize(("name", "plan"), PLANS.items())
def test_a_plan_is_as_large_as_torchvisions_network(name: str, plan: str) -> None:
    network = describe(plan, input=(3, 224, 224), classes=1000).network
    row = ROWS["torchvision", name, "torch"]
    assert (network.parameters, network.macs) == (row["parameters"], row["macs"])


@pytest.mark.parametrize("name", TORCHVISION)
def test_a_network_is_open_throughout_and_counted_as_elsewhere(name: str) -> None:
    module = ROWS["torchvision", name, "torch"]
    assert module["difference"] < 1e-4
    if name != "vit_b_16":
        assert (module["boxes"], module["macs"]) == (0, module["fvcore"])


def test_as_a_file_a_network_computes_as_much_as_as_a_module() -> None:
    """Its parameters are fewer: exporters fold batch normalisations into convolutions, and write what is equal once."""
    for (group, name, way), row in ROWS.items():
        if group == "torchvision" and way != "torch" and name != foreign_networks.QUANTISED:
            module = ROWS[group, name, "torch"]
            assert row["difference"] < 1e-4
            assert row["parameters"] <= module["parameters"]
            if name != "vit_b_16":
                assert (row["boxes"], row["macs"]) == (0, module["macs"])


def test_of_what_is_recorded_boxes_are_a_transformers_attention_alone() -> None:
    known = {key: row for key, row in ROWS.items() if key[0] != "PyPI"}
    boxed = {key[1]: row["kinds"] for key, row in known.items() if row.get("boxes") and "refused" not in row}
    assert boxed.keys() == {"vit_b_16"}
    assert boxed["vit_b_16"] in ({"attention": 12}, {"MultiheadAttention": 12})
    assert {key[1] for key, row in known.items() if "refused" in row} <= {"test_PReLU_2d_multiparam"}


def test_of_networks_within_packages_what_finds_text_and_turns_is_open_throughout() -> None:
    rows = {key[1]: row for key, row in ROWS.items() if key[0] == "PyPI"}
    assert all(row["difference"] < 1e-4 for row in rows.values() if "refused" not in row)
    for name in ("turns of a page", "places of text", "places of text, older"):
        assert (rows[name]["boxes"], rows[name]["apart"]) == (0, 0)


def light() -> Iterator[Bed]:
    """Yield what is described in a moment: no packages beside, no hundreds of megabytes."""
    heavy = {"bvlc_alexnet", "vgg19", "zfnet512", "resnet50", "inception_v2", "densenet121"}
    for bed in beds():
        measured = (bed.group, bed.name, bed.way) in ROWS
        if measured and bed.group in ("convscope", "onnx, exports", "onnx, classic"):
            marks = [pytest.mark.slow, pytest.mark.long] if bed.name in heavy else []
            yield pytest.param(bed, id=bed.name, marks=marks)  # type: ignore[misc]


@pytest.mark.parametrize("bed", list(light()))
@pytest.mark.medium
def test_the_record_is_what_is_counted_today(bed: Bed, tmp_path: Path) -> None:
    row = ROWS[bed.group, bed.name, bed.way]
    assert networks.counted(bed, bed.made(tmp_path)) == {key: row[key] for key in COUNTED}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    "bed",
    [bed for bed in beds() if bed.group == "torchvision" and (bed.group, bed.name, bed.way) in ROWS],
    ids=lambda b: f"{b.name} {b.way}",
)
def test_torchvisions_networks_are_what_is_recorded(bed: Bed, tmp_path: Path) -> None:
    """In packages beside the environment, which are installed once."""
    try:
        foreign_networks.beside()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"packages cannot be installed: {error}")
    found, row = networks.row_of(bed, tmp_path), ROWS[bed.group, bed.name, bed.way]
    assert {key: found[key] for key in (*COUNTED, "nodes")} == {key: row[key] for key in (*COUNTED, "nodes")}
    assert found["difference"] < (0.1 if bed.name == foreign_networks.QUANTISED else 1e-4)
