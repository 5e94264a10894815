"""What the lab's chapters show is what was trained and measured: networks, patches, figures."""

from __future__ import annotations

import base64
import importlib.util
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import convscope
from convscope.data import load as load_data
from convscope.explain.features import layer_outputs
from convscope.lab.payload import HARD, HERE, LabPayload, hardest_digits, lab_payload, read_hardest
from convscope.page.inline import learning_script
from convscope.pictures.resizing import RULES
from convscope.prediction import load

pytestmark = pytest.mark.medium

SCRIPT = Path(__file__).parents[2] / "scripts" / "plain_networks.py"


@pytest.fixture(scope="module")
def payload() -> LabPayload:
    return lab_payload("ko")


@pytest.fixture(scope="module")
def measured() -> Any:
    return json.loads((HERE / "plain" / "measured.json").read_text())


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("plain_networks", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_digits_are_credited(payload: LabPayload) -> None:
    assert payload.to_json()["credit"] == {
        "data": "MNIST",
        "authors": "Y. LeCun, C. Cortes, C. Burges",
        "source": "http://yann.lecun.com/exdb/mnist/",
        "licence": "CC BY-SA 3.0",
        "licence_text": "https://creativecommons.org/licenses/by-sa/3.0/",
    }


def test_the_payload_holds_whole_networks(payload: LabPayload) -> None:
    assert (payload.language, payload.slides.parameters) == ("ko", 274_570)
    plain = payload.plain
    for network in (payload.slides, plain.xo.dense, plain.xo.cnn, plain.mnist.dense, plain.mnist.cnn):
        assert sum(tensor.size for tensor in network.tensors.values()) == network.parameters
        assert sum(node.parameters for node in network.nodes) == network.parameters
    json.dumps(payload.to_json(), allow_nan=False)


def test_measurements_are_those_of_the_file(payload: LabPayload, measured: Any) -> None:
    made: Any = payload.plain.measured.to_json()
    assert made["seeds"] == measured["seeds"]
    for name in ("xo", "mnist"):
        assert made[name] == {key: measured[name][key] for key in ("n", "sweeps")}


def test_digits_are_two_of_each(payload: LabPayload) -> None:
    assert sorted(payload.digits.labels) == sorted([*range(10)] * 2)
    assert payload.digits.pictures.shape == (20, 1, 28, 28)


def test_the_page_learns_from_some_digits_and_is_measured_on_others(payload: LabPayload) -> None:
    digits: Any = payload.learning.to_json()["digits"]
    parts = {}
    for name, n in {"training": 5000, "validation": 1000, "test": 1000}.items():
        pictures, labels = (
            np.frombuffer(zlib.decompress(base64.b64decode(one["deflated"])), np.uint8).reshape(one["shape"])
            for one in (digits[name]["pictures"], digits[name]["labels"])
        )
        assert pictures.shape == (n, 1, 28, 28)
        assert labels.reshape(-1, 10).tolist() == [[*range(10)]] * (n // 10)
        parts[name] = {picture.tobytes(): int(label) for picture, label in zip(pictures, labels, strict=True)}
    assert not parts["training"].keys() & (parts["validation"].keys() | parts["test"].keys())
    assert not parts["validation"].keys() & parts["test"].keys()
    data = load_data("mnist")
    for name in ("training", "test"):
        split = data.train if name == "training" else data.test
        assert split is not None
        known = {picture.tobytes(): int(label) for picture, label in zip(split.images, split.labels, strict=True)}
        assert parts[name].items() <= known.items()
    assert payload.learning.script == learning_script()
    assert payload.learning.modules.keys() == {"simd", "relaxed"}
    assert payload.learning.input.resize in RULES, "a model file that the page writes names it"
    assert payload.learning.made_by == convscope.__version__


@pytest.mark.parametrize("kind", ["dense", "cnn"])
@pytest.mark.parametrize("change", [{}, {"dx": 2.0}, {"dy": -2.5}, {"turn": 15}])
def test_the_shipped_letter_networks_are_as_good_as_the_plot_says(
    measured: Any, script: Any, kind: str, change: dict[str, float]
) -> None:
    got = script.accuracy(load(HERE / "plain" / f"xo-{kind}.onnx"), script.shapes(600, 1, **change))
    measured = measured["xo"]
    (name, value) = next(iter(change.items()), ("dx", None))
    sweep = measured["sweeps"][name]
    mean, least, most = (
        measured["networks"][kind]["accuracy"] if value is None else sweep[kind][sweep["at"].index(value)]
    )
    assert least <= mean <= most
    assert least - 1e-4 <= got <= most + 1e-4


def test_moved_pictures_go_right_and_down(script: Any) -> None:
    picture = np.zeros((1, 1, 5, 5), np.uint8)
    picture[0, 0, 1, 1] = 200
    expected = np.zeros((1, 1, 5, 5), np.uint8)
    expected[0, 0, 3, 2] = 200
    assert np.array_equal(script.moved(picture, dx=1, dy=2), expected)


def test_the_shipped_digit_networks_too(measured: Any, script: Any) -> None:
    """On the first thousand pictures, within three standard errors of the ten thousand."""
    test = load_data("mnist").test
    assert test is not None
    few = test.head(1000)
    for kind in ("dense", "cnn"):
        model = load(HERE / "plain" / f"mnist-{kind}.onnx")
        for change in ("dx", "dy"):
            sweep = measured["mnist"]["sweeps"][change]
            moved = script.Split(script.moved(few.images, **{change: 4}), few.labels)
            mean = sweep[kind][sweep["at"].index(4)][0]
            near = 3 * (mean * (1 - mean) / 1000) ** 0.5 + 0.03
            assert script.accuracy(model, moved) == pytest.approx(mean, abs=near)


def test_patches_are_where_the_channels_answer_so(payload: LabPayload) -> None:
    test = load_data("mnist").test
    assert test is not None
    places = json.loads((HERE / "patches.json").read_text())
    net = load(HERE / "slides" / "model.onnx").module()
    for name, side in (("conv1", 5), ("conv2", 9), ("conv3", 18), ("conv4", 26)):
        channels = net.network.nodes[[n.name for n in net.network.nodes].index(name)].output[0]
        assert payload.patches[name].pictures.shape == (channels, 3, side, side)
        for channel in (0, channels - 1):
            for i, (picture, top, left, bottom, right, value) in enumerate(places[name][channel]):
                maps = next(
                    iter(layer_outputs(net, torch.from_numpy(test.images[picture : picture + 1]), [name]).values())
                )[0, channel]
                assert float(maps.max()) == pytest.approx(value, abs=2e-3)
                cut = test.images[picture, 0, top : bottom + 1, left : right + 1]
                assert np.array_equal(payload.patches[name].pictures[channel, i], cut)


def test_the_activity_of_the_maps_is_what_every_tenth_picture_says_too(payload: LabPayload) -> None:
    """Counted anew over a thousand of the 10,000 pictures: within what so many differ by."""
    from convscope.explain.dead_units import count_activity

    test = load_data("mnist").test
    assert test is not None
    assert payload.activity.n == len(test.labels)
    counted = count_activity(load(HERE / "slides" / "model.onnx").module(), test.images[::10])
    assert set(payload.activity.nodes) == {name for name in counted if name.startswith("conv")}
    for name, shares in payload.activity.nodes.items():
        assert counted[name].active == pytest.approx(shares, abs=0.06)
    assert sum(map(len, payload.activity.nodes.values())) == 240


@pytest.mark.slow
def test_the_hardest_digits_are_its_mistakes_and_near_mistakes() -> None:
    test = load_data("mnist").test
    assert test is not None
    chosen = hardest_digits(test)
    digits = read_hardest(test)
    assert [name.removeprefix("test #") for name in digits.names] == [str(place) for place in chosen]
    said = load(HERE / "slides" / "model.onnx").predict(test.images[chosen], always=True)
    right = [answer.label == str(label) for answer, label in zip(said, digits.labels, strict=True)]
    assert sum(right) == HARD == len(right) - HARD
    assert np.array_equal(digits.pictures, test.images[chosen])
