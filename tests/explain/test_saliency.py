"""Grad-CAM and occlusion against captum and against the definitions written out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import convscope
from convscope.calibration import Calibration, Reliability
from convscope.errors import InputError, UsageError
from convscope.explain import saliency
from convscope.explain.relevance import relevance
from convscope.prediction import Model
from tests.explain.nets import net_of, pixels

SLIDES = Path(convscope.__file__).parent / "page" / "slides" / "model.onnx"
PLANS = {
    "conv(4, 3) + relu + maxpool(2) + conv(5, 3, pad=1) + bn + tanh + fc": "tanh1",
    "conv(4, 3, stride=2) + conv(3, 3, dilation=2) + gap + fc": "conv2",
    "crop(9) + conv(4, 3) + bn + leaky_relu + avgpool(2) + fc(6) + sigmoid + fc": "leaky_relu1",
}


@pytest.mark.parametrize("formula", PLANS)
def test_grad_cam_is_captums(formula: str) -> None:
    net, x = net_of(formula), pixels(4)
    assert saliency.grad_cam_layer(net.network) == PLANS[formula]
    from captum.attr import LayerGradCam

    wanted: dict[str, np.ndarray[Any, Any]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (PLANS[formula], "conv1"):
            made = LayerGradCam(net, net.get_submodule(name)).attribute(
                torch.from_numpy(x).float().requires_grad_(), target=torch.tensor([0, 1, 2, 1]), relu_attributions=True
            )
            wanted[name] = made.detach().numpy()[:, 0]
    for name, maps in wanted.items():
        np.testing.assert_allclose(saliency.grad_cam(net, x, [0, 1, 2, 1], name), maps, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(
        saliency.grad_cam(net, x, [0, 1, 2, 1]), saliency.grad_cam(net, x, [0, 1, 2, 1], PLANS[formula])
    )


def test_grad_cam_by_hand() -> None:
    """score 0 = the sum of map 0 − 2 · the sum of map 1 over 2×2 places: alpha is (1, −2)."""
    module = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.Flatten(), nn.Linear(8, 2, bias=False))
    with torch.no_grad():
        module[0].weight.copy_(torch.tensor([1.0, 3.0]).view(2, 1, 1, 1))
        module[2].weight.copy_(torch.tensor([[1.0] * 4 + [-2.0] * 4, [0.0] * 4 + [1.0] * 4]))
    x = torch.tensor([[[[1.0, 2.0], [-1.0, 0.0]]]])
    # A0 = x, A1 = 3x: Σ alpha A = x − 6x = −5x, of which what is above 0 stays
    np.testing.assert_allclose(saliency.grad_cam(module, x, 0, "0"), [[[0.0, 0.0], [5.0, 0.0]]])
    np.testing.assert_allclose(saliency.grad_cam(module, x, 1, "0"), [[[3.0, 6.0], [0.0, 0.0]]])


@pytest.mark.parametrize(("size", "stride"), [(6, 2), (3, 3), ((5, 2), (4, 1)), (20, 7), (1, 1)])
@pytest.mark.medium
def test_occlusion_is_captums(size: Any, stride: Any) -> None:
    net, x = net_of("conv(4, 3) + relu + fc", (2, 9, 8)), pixels(2, (2, 9, 8))
    from captum.attr import Occlusion

    both = [v if isinstance(v, tuple) else (v, v) for v in (size, stride)]
    (h, w), strides = both
    window = (2, min(h, 9), min(w, 8))  # captum allows no window beyond the picture
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        made = Occlusion(lambda v: torch.softmax(net(v).double(), 1)).attribute(
            torch.from_numpy(x).float(), window, (2, *strides), baselines=33.0, target=torch.tensor([2, 0])
        )
    wanted = made.numpy()[:, 0]  # the same in both channels, which are hidden together
    np.testing.assert_allclose(saliency.occlusion(net, x, [2, 0], size, stride), wanted, rtol=1e-4, atol=1e-7)


def test_occlusion_at_a_temperature_is_that_of_scores_divided_by_it() -> None:
    net, x = net_of("conv(4, 3) + relu + fc", (2, 9, 8)), pixels(2, (2, 9, 8))
    cold = net_of("conv(4, 3) + relu + fc", (2, 9, 8))
    with torch.no_grad():
        cold.fc1.weight /= 4.0  # type: ignore[operator]
        cold.fc1.bias /= 4.0  # type: ignore[operator]
    at_four = saliency.occlusion(net, x, 1, 3, 1, temperature=4.0)
    np.testing.assert_allclose(at_four, saliency.occlusion(cold, x, 1, 3, 1), atol=1e-6)


def test_occlusion_of_a_pixel_that_decides_by_hand() -> None:
    """Two scores x and 0: hiding the pixel takes its probability from sigmoid(1) to 1/2; nothing else matters."""
    module = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    with torch.no_grad():
        module[1].weight.copy_(torch.tensor([[0.0, 0.0, 0.0, 1.0], [0.0] * 4]))
    x = torch.ones(1, 1, 2, 2).numpy()
    heat = saliency.occlusion(module, x, 0, size=1, stride=1)
    np.testing.assert_allclose(heat, [[[0, 0], [0, 1 / (1 + np.exp(-1)) - 0.5]]], atol=1e-7)
    bright = saliency.occlusion(module, x, 0, size=1, stride=1, fill=3.0)
    np.testing.assert_allclose(bright[0, 1, 1], 1 / (1 + np.exp(-1)) - 1 / (1 + np.exp(-3)), atol=1e-7)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda n, x: saliency.grad_cam(n, x, 3), InputError, "no such class, got 3, expected 0 to 2"),
        (lambda n, x: saliency.grad_cam(n, x, [0]), UsageError, "one class, or one for each picture"),
        (lambda n, x: saliency.grad_cam(n, x, 0, "fc1"), InputError, "needs a layer that makes maps"),
        (lambda n, x: saliency.grad_cam(nn.Flatten(), x, 0), InputError, "Flatten: Grad-CAM needs a convolution"),
        (lambda n, x: saliency.occlusion(n, x, 0, 2, 3), UsageError, "leaves pixels uncovered"),
        (lambda n, x: saliency.occlusion(n, x, 0, 0), UsageError, "size must be a whole number of 1 or more"),
        (lambda n, x: saliency.occlusion(n, x, 0, fill=(1.0, 2.0)), UsageError, "fill must be one number"),
        (lambda n, x: saliency.grad_cam(net_of("fc"), x, 0), InputError, "Grad-CAM needs a convolution"),
    ],
)
def test_mistakes(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(net_of("conv(2, 3) + fc"), pixels(2))


@pytest.mark.medium
def test_without_classes_the_one_of_the_highest_score_is_asked_about() -> None:
    net, x = net_of("conv(4, 3) + tanh + fc"), pixels(30)
    answers = net(torch.from_numpy(x)).argmax(1).tolist()
    assert len(set(answers)) > 1
    np.testing.assert_array_equal(saliency.grad_cam(net, x), saliency.grad_cam(net, x, answers))
    np.testing.assert_array_equal(saliency.occlusion(net, x), saliency.occlusion(net, x, answers))
    np.testing.assert_array_equal(relevance(net, x).picture, relevance(net, x, answers).picture)


@pytest.mark.medium
def test_what_load_returns_is_asked_as_its_module_is_and_by_its_own_temperature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted = Calibration(2.5, 1, Reliability(1.0, 0.1), Reliability(1.0, 0.1), (0.5,))
    monkeypatch.setattr(Model, "calibration", fitted)
    model = convscope.load(SLIDES)
    x, net = convscope.datasets.load("mnist").test.images[:2], model.module()
    np.testing.assert_array_equal(saliency.grad_cam(model, x), saliency.grad_cam(net, x))
    np.testing.assert_array_equal(relevance(model, x, 3).picture, relevance(net, x, 3).picture)
    warm = saliency.occlusion(net, x, 7, temperature=2.5)
    np.testing.assert_array_equal(saliency.occlusion(model, x, 7), warm)
    assert np.abs(warm - saliency.occlusion(net, x, 7)).max() > 1e-3


def test_what_is_no_network_is_refused_in_one_line() -> None:
    for look in (saliency.grad_cam, saliency.occlusion):
        with pytest.raises(UsageError, match="not a network to look into, got int"):
            look(3, pixels(1), 0)
