"""Figures of the page's engine: a network's health, probabilities, how foreign a picture is, where it looked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from selenium import webdriver

from convscope import modelfile, prediction
from convscope.explain import saliency
from convscope.explain.health import health
from convscope.formula import parse, trace
from convscope.nn import build, load_weights
from convscope.pictures.input_spec import InputSpec
from tests.browser.engine_page import EnginePage, numbers
from tests.calibration.made import calibrated
from tests.corners import corners
from tests.explain.nets import net_of, pixels
from tests.explain.test_health import faulty
from tests.reference import in_float64, random_pictures, random_weights
from tests.rejection.made import READ, rejecting
from tests.samples import sample

pytestmark = pytest.mark.browser
Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("engine"))


@pytest.mark.parametrize("planted", [True, False])
def test_health_is_pythons(page: EnginePage, planted: bool) -> None:
    net, pictures = (faulty() if planted else net_of("conv(3, 3) + clip(0, 4) + fc")), pixels(8)
    wanted = health(net, pictures)
    page.load(net.network, net.spec, net.weights())
    page.call("forward", pictures[0].ravel().tolist())
    found = page.call("health", [picture.ravel().tolist() for picture in pictures])
    names = [node.name for node in net.network.nodes]
    assert found["n"] == wanted.pictures == 8
    ours = [
        (names[one["index"]], names[one["after"]], tuple(one["units"]), tuple(one["like"])) for one in found["layers"]
    ]
    assert ours == [(one.name, one.after, one.units, one.like) for one in wanted.layers]
    bad = [(f"{names[one['index']]}.{one['name']}", one["nan"], one["infinite"]) for one in found["weights"]]
    assert bad == [(one.tensor, one.nan, one.infinite) for one in wanted.weights]


@pytest.mark.parametrize(
    ("formula", "reads"),
    [
        ("relu + fc", "flatten1"),
        ("relu + conv(2, 3) + bn + gap", "relu1"),  # means and scales pass what is weighed before them on
        ("relu + conv(2, 3) + relu + gap", "relu2"),  # a curve does not
        ("conv(2, 5) + skip(bn)", "bn1"),  # nor a sum of two
    ],
)
def test_a_score_is_a_sum_over_what_the_last_layer_that_weighs_reads(
    page: EnginePage, formula: str, reads: str
) -> None:
    network = trace(parse(formula), (1, 5, 5), 2)
    page.load(network, InputSpec(network.input), random_weights(network, 0))
    page.call("forward", list(range(25)))
    found = page.call("contributions", 0, None)
    assert network.nodes[found["source"]].name == reads


def test_a_result_that_another_made_has_the_temperatures_probabilities_and_makes_each_output_once(
    page: EnginePage,
) -> None:
    network = trace(parse("relu + fc"), (1, 1, 2), 3)
    page.load(network, InputSpec(network.input), random_weights(network, 0), temperature=2.0)
    outputs = [[0.5, 0.25], [0.5, 0.25], [1.0, 2.0, 4.0]]
    found = page.call("resultOf", [0, 255], outputs)
    assert [numbers(values).tolist() for values in found["outputs"]] == outputs
    shares = np.exp([0.5, 1.0, 2.0])
    np.testing.assert_allclose(numbers(found["probabilities"]), shares / shares.sum(), rtol=1e-12)
    assert found["once"]


def test_how_far_two_results_are_apart_by_hand(page: EnginePage) -> None:
    """|1 − 3| + |2 − 2| + |0 + 4| + |5 − 5| = 6 of 1 + 3 + 2 + 2 + 0 + 4 + 5 + 5 = 22."""
    found, same, nothing = page.ask(
        [
            ("contrast", [1, 2, 0, 5], [3, 2, -4, 5], 2),
            ("contrast", [1, -2, 3, 4], [1, -2, 3, 4], 4),
            ("contrast", [0, 0, 0, 0], [0, 0, 0, 0], 1),
        ]
    )
    assert found["share"] == pytest.approx(6 / 22)
    assert found["maps"] == [{"channel": 1, "apart": 2}, {"channel": 0, "apart": 1}]
    assert found["minus"] == [4, 0]
    assert (same["share"], nothing["share"]) == (0, 0)
    assert [one["channel"] for one in same["maps"]] == [0, 1, 2, 3]


def test_the_deletion_test_is_written_out_with_torch(page: EnginePage) -> None:
    network = trace(parse("conv(4, 3) + relu + conv(3, 3) + fc"), (3, 9, 7), 4)
    spec, weights, picture = InputSpec(network.input), random_weights(network, 3), random_pictures(network, 3, 1)
    net = in_float64(network, spec, weights)
    rng = np.random.default_rng(0)
    maps = [rng.standard_normal(63).round(1).tolist(), rng.integers(0, 2, 63).tolist()]  # with equal numbers
    page.load(network, spec, weights)
    page.call("forward", picture[0].ravel().tolist())
    found, order = page.ask([("deletion", picture[0].ravel().tolist(), maps, 2), ("noOrder", 63)])
    assert sorted(order) == list(range(63))
    assert abs(np.corrcoef(order, range(63))[0, 1]) < 0.3
    for values, got in zip(maps, found, strict=True):
        ranked = np.argsort(-np.array(values), kind="stable")
        scaled = (picture - np.reshape(spec.mean, (-1, 1, 1))) / np.reshape(spec.std, (-1, 1, 1))
        curve = []
        for step in range(21):
            hidden = scaled.reshape(1, 3, 63).copy()
            hidden[:, :, ranked[: int(step * 63 / 20 + 0.5)]] = 0
            x = torch.from_numpy(hidden.reshape(scaled.shape))
            curve.append(torch.softmax(net(x * net.std + net.mean), 1)[0, 2].item())
        np.testing.assert_allclose(got["curve"], curve, rtol=1e-6)
        np.testing.assert_allclose(got["area"], np.trapezoid(curve, dx=1 / 20), rtol=1e-6)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("formula", "shape"), READ)
def test_how_foreign_a_picture_is_is_onnx_runtimes(
    page: EnginePage, tmp_path: Path, formula: str, shape: tuple[int, int, int], frozen: bool
) -> None:
    network, spec, weights, names = sample(formula, shape, 3)
    fitted = rejecting(network, frozen=frozen)
    modelfile.write(tmp_path / "model.onnx", network, spec, weights, names, rejection=fitted)
    page.load(network, spec, weights, rejection=fitted)
    rng = np.random.default_rng(7)
    pictures = np.stack([rng.integers(0, most, shape, dtype=np.uint8) for most in (256, 200, 90, 1)])
    _, wanted = prediction.load(tmp_path / "model.onnx").predictor.outsiders(pictures)
    assert wanted is not None
    found = page.ask([("outsider", picture.ravel().tolist()) for picture in pictures])
    np.testing.assert_allclose([one["score"] for one in found], wanted, rtol=1e-4, atol=2e-4)
    assert [one["refused"] for one in found] == (wanted > fitted.rejection.threshold).tolist()


@pytest.mark.parametrize("temperature", [0.05, 0.3, 1.0, 2.5, 20.0])
def test_calibrated_probabilities_are_onnx_runtimes(page: EnginePage, tmp_path: Path, temperature: float) -> None:
    for seed, (network, spec) in enumerate(corners()):
        weights, pictures = random_weights(network, seed), random_pictures(network, seed, 2)
        calibration = calibrated(float(np.float32(temperature)))
        names = [str(k) for k in range(network.classes)]
        modelfile.write(tmp_path / "model.onnx", network, spec, weights, names, None, calibration)
        logits, wanted = prediction.load(tmp_path / "model.onnx").predictor.run(pictures)
        page.load(network, spec, weights, calibration.temperature)
        found = page.ask([("forward", picture.ravel().tolist()) for picture in pictures])
        got = np.stack([numbers(one["probabilities"]) for one in found])
        # float32 holds a score of z to z · 6e-8, which 1/T multiplies
        rtol = max(1e-4, 4e-6 * float(np.abs(logits).max()) / temperature)
        np.testing.assert_allclose(got, wanted, rtol=rtol, atol=1e-30, err_msg=f"{network.plan}, T = {temperature}")


def test_occlusion_is_of_calibrated_probabilities(page: EnginePage) -> None:
    network, spec, weights, _ = sample("conv(3, 2) + relu + fc", (1, 5, 4), 3, seed=2)
    picture = np.random.default_rng(0).integers(0, 256, (1, 1, 5, 4), dtype=np.uint8)
    net = load_weights(build(network, spec), weights).eval()
    page.load(network, spec, weights, 3.0)
    got = numbers(page.call("occlusion", picture.ravel().tolist(), 1, 2, 1))
    np.testing.assert_allclose(got, saliency.occlusion(net, picture, 1, 2, 1, temperature=3.0).ravel(), atol=2e-5)
    assert np.abs(got - saliency.occlusion(net, picture, 1, 2, 1).ravel()).max() > 1e-3


def test_a_square_of_one_pixel_hides_one_pixel(page: EnginePage) -> None:
    """What a page takes for pictures of up to six pixels."""
    network, spec, weights, _ = sample("conv(3, 2) + relu + fc", (1, 5, 4), 3, seed=2)
    picture = np.random.default_rng(0).integers(0, 256, (1, 1, 5, 4), dtype=np.uint8)
    page.load(network, spec, weights)
    got = page.call("occlusion", picture.ravel().tolist(), 1, 1, 1)
    net = load_weights(build(network, spec), weights).eval()
    np.testing.assert_allclose(numbers(got), saliency.occlusion(net, picture, 1, 1, 1).ravel(), atol=2e-5)


def test_grad_cam_is_convscope_sees(page: EnginePage) -> None:
    """On a network of a usual shape, against the public Python function itself."""
    from convscope.formula import parse, trace

    network = trace(
        parse("crop((20, 17)) + conv(6, 5) + bn + relu + maxpool(2) + conv(8, 3, groups=2) + bn + prelu + fc"),
        (3, 22, 19),
        5,
    )
    spec = InputSpec((3, 22, 19), (120.0, 110.0, 100.0), (60.0, 50.0, 70.0))
    weights, picture = random_weights(network, 7), random_pictures(network, 7, 1)
    page.load(network, spec, weights)
    page.outputs(network, picture)
    net = load_weights(build(network, spec), weights).eval()
    for chosen in range(5):
        for layer in (1, 3, 4, 7):
            wanted = saliency.grad_cam(net, picture, chosen, network.nodes[layer].name)[0].ravel()
            got = numbers(page.call("gradCam", chosen, layer))
            np.testing.assert_allclose(got, wanted, atol=1e-4 * max(wanted.max(), 1e-30))


def test_probabilities_are_the_softmax_however_large_the_scores(page: EnginePage) -> None:
    from convscope.formula import parse, trace

    network = trace(parse("fc"), (1, 2, 2), 3)
    weights = {"fc1.weight": np.zeros((3, 4), np.float32), "fc1.bias": np.array([1e4, 1e4 - 1, -1e4], np.float32)}
    page.load(network, InputSpec((1, 2, 2)), weights)
    probabilities = numbers(page.call("forward", [0, 0, 0, 0])["probabilities"])
    np.testing.assert_allclose(probabilities, [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0], rtol=1e-12)
