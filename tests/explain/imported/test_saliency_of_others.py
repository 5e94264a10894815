"""Grad-CAM and occlusion of networks that others built against captum on the module that an ONNX file is of."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import helper
from torch import nn

from convscope.errors import InputError
from convscope.explain.saliency import grad_cam, occlusion
from convscope.foreign.reading import open_foreign
from tests.explain import zoo
from tests.foreign.graphs import classifier, model, weights

Array = np.ndarray[Any, Any]


def pictures(*shape: int) -> Array:
    return np.random.default_rng(1).random(shape).astype(np.float32)


def exported(module: nn.Module, x: Array, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file, one = str(path), (torch.from_numpy(x[:1]),)
        torch.onnx.export(module, one, file, dynamo=False, dynamic_axes={"x": {0: "n"}}, input_names=["x"])
    return path


def captums_grad_cam(module: nn.Module, layer: nn.Module, x: Array, classes: list[int]) -> Array:
    from captum.attr import LayerGradCam

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        leaf = torch.from_numpy(x).requires_grad_()
        made = LayerGradCam(module, layer).attribute(leaf, target=torch.tensor(classes), relu_attributions=True)
    return made.detach().numpy()[:, 0]


def captums_occlusion(forward: Any, x: Array, classes: list[int], size: int, stride: int, fill: float = 0) -> Array:
    from captum.attr import Occlusion

    window, strides = (x.shape[1], size, size), (x.shape[1], stride, stride)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        made = Occlusion(forward).attribute(
            torch.from_numpy(x), window, strides, baselines=fill, target=torch.tensor(classes)
        )
    return made.numpy()[:, 0]


class Headed(nn.Module):
    """A network before `ending`; the activation behind its last convolution is a function."""

    def __init__(self, ending: nn.Module) -> None:
        super().__init__()
        self.one, self.two, self.head = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 5, 3, stride=2), nn.Linear(5, 3)
        self.act, self.ending = nn.ReLU(), ending

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        maps: torch.Tensor = self.act(self.two(torch.tanh(self.one(x))))
        made: torch.Tensor = self.head(maps.mean((2, 3)))
        return made

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.ending(self.scores(x))
        return made


def headed(ending: nn.Module) -> Headed:
    torch.manual_seed(3)
    return Headed(ending).eval()


@pytest.mark.parametrize("ending", [nn.Identity(), nn.Softmax(1), nn.LogSoftmax(1), nn.Sigmoid()])
@pytest.mark.medium
def test_grad_cam_is_captums_before_what_the_scores_become(ending: nn.Module, tmp_path: Path) -> None:
    module, x, classes = headed(ending), pictures(3, 1, 14, 14), [0, 2, 1]
    plain = headed(nn.Identity())
    wanted = captums_grad_cam(plain, plain.act, x, classes)
    assert wanted.max() > 0
    file = exported(module, x, tmp_path / "net.onnx")
    for network in (module, file, str(file), open_foreign(file, (1, 14, 14))):
        np.testing.assert_allclose(grad_cam(network, x, classes), wanted, rtol=1e-4, atol=1e-6)
    earlier = captums_grad_cam(plain, plain.one, x, classes)
    for network, layer in ((module, "one"), (file, "/one/Conv")):
        np.testing.assert_allclose(grad_cam(network, x, classes, layer), earlier, rtol=1e-4, atol=1e-6)
    answers = plain(torch.from_numpy(x)).argmax(1).tolist()
    np.testing.assert_array_equal(grad_cam(file, x), grad_cam(file, x, answers))
    np.testing.assert_array_equal(occlusion(file, x), occlusion(file, x, answers))


@pytest.mark.parametrize("ending", [nn.Identity(), nn.Softmax(1), nn.LogSoftmax(1), nn.Sigmoid()])
@pytest.mark.medium
def test_occlusion_is_captums_of_the_probability_that_is_meant(ending: nn.Module, tmp_path: Path) -> None:
    module, x, classes = headed(ending), pictures(2, 1, 14, 14), [0, 2]
    mean = torch.sigmoid if isinstance(ending, nn.Sigmoid) else lambda scores: torch.softmax(scores, 1)
    wanted = captums_occlusion(lambda v: mean(module.scores(v).double()), x, classes, 6, 2)
    assert np.abs(wanted).max() > 1e-4
    file = exported(module, x, tmp_path / "net.onnx")
    for network in (module, file):
        np.testing.assert_allclose(occlusion(network, x, classes), wanted, rtol=1e-3, atol=1e-7)
    grey = captums_occlusion(lambda v: mean(module.scores(v).double()), x, classes, 6, 2, 0.5)
    np.testing.assert_allclose(occlusion(file, x, classes, fill=0.5), grey, rtol=1e-3, atol=1e-7)


@pytest.mark.medium
def test_branches_and_skips_that_no_formula_says(tmp_path: Path) -> None:
    module, x = zoo.Residual(True).eval(), pictures(2, 1, 14, 14)
    wanted = captums_grad_cam(module, module.blocks[1].short, x, [1, 3])
    file = exported(module, x, tmp_path / "net.onnx")
    for network, layer in ((module, "blocks.1.short"), (file, "/blocks/blocks.1/short/Conv")):
        np.testing.assert_allclose(grad_cam(network, x, [1, 3], layer), wanted, rtol=1e-4, atol=1e-6)


def test_bytes_are_read_as_is_known(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(classifier(mean="[0.5, 0.4, 0.3]", std="[0.2, 0.2, 0.3]"))
    mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in ((0.5, 0.4, 0.3), (0.2, 0.2, 0.3)))
    raw = np.random.default_rng(0).integers(0, 256, (2, 3, 12, 12), dtype=np.uint8)
    floats = (raw / np.float32(255) - mean) / std
    for explain in (grad_cam, occlusion):
        of_bytes, of_floats = (explain(tmp_path / "net.onnx", x, 2) for x in (raw, floats))
        assert np.abs(of_floats).max() > 0
        np.testing.assert_allclose(of_bytes, of_floats, rtol=1e-3, atol=1e-6)


def test_a_box_stops_what_comes_from_before_it_alone() -> None:
    module, x = zoo.Mixed().eval(), pictures(2, 1, 16, 16)
    wanted = captums_grad_cam(nn.Sequential(*[module]), module.known, x, [0, 0])
    with pytest.raises(InputError, match="no gradient comes through a box"):
        grad_cam(module, x, 0)
    assert grad_cam(module, x, 0, "known").shape == wanted.shape  # torch goes through its own layers itself
    assert occlusion(module, x, 0, 8, 8).shape == (2, 16, 16)


class Beside(nn.Module):
    """Maps weighed by a box that reads the picture beside them, before or after them, and the picture itself added."""

    def __init__(self, first: bool) -> None:
        super().__init__()
        self.first = first
        self.side, self.box, self.one = nn.Conv2d(1, 4, 3, padding=1), nn.Softsign(), nn.Conv2d(1, 4, 3, padding=1)
        self.act, self.head = nn.ReLU(), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        beside = self.box(self.side(x)) if self.first else x
        maps = self.act(self.one(x))
        beside = beside if self.first else self.box(self.side(x))
        made: torch.Tensor = self.head(torch.tanh(maps * beside + x).mean((2, 3)))
        return made


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.medium
def test_a_box_in_a_branch_beside_the_layer_is_what_the_runtime_made_of_it(first: bool, tmp_path: Path) -> None:
    torch.manual_seed(4)
    module, x, classes = Beside(first).eval(), pictures(3, 1, 14, 14), [0, 2, 1]
    file = exported(module, x, tmp_path / "net.onnx")
    for layer, named in ((module.act, "/act/Relu"), (module.one, "/one/Conv")):
        wanted = captums_grad_cam(module, layer, x, classes)
        assert (wanted.max((1, 2)) > 0).all()
        np.testing.assert_allclose(grad_cam(file, x, classes, named), wanted, rtol=1e-4, atol=1e-6)
    if first:  # the last convolution of the module, brought to steps
        wanted = captums_grad_cam(module, module.act, x, classes)
        np.testing.assert_allclose(grad_cam(module, x, classes), wanted, rtol=1e-4, atol=1e-6)
    with pytest.raises(InputError, match="no gradient comes through a box"):
        grad_cam(file, x, classes, "/side/Conv")


@pytest.mark.medium
def test_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    file, x = tmp_path / "net.onnx", pictures(2, 3, 12, 12)
    file.write_bytes(classifier())
    for look in (grad_cam, occlusion):
        with pytest.raises(InputError, match="no such class, got 5, expected 0 to 4"):
            look(file, x, 5)
        with pytest.raises(InputError, match=r"missing\.onnx"):
            look(tmp_path / "missing.onnx", x)
        with pytest.raises(InputError, match="not pictures"):
            look(file, x.astype(np.int64))
        with pytest.raises(InputError, match="another shape"):
            look(open_foreign(file, (3, 12, 12)), pictures(1, 3, 9, 9))
    with pytest.raises(InputError, match="no layer of this name, got stam"):
        grad_cam(file, x, 0, "stam")
    with pytest.raises(InputError, match="needs a layer that makes maps, got head"):
        grad_cam(file, x, 0, "head")
    maps = model([helper.make_node("Conv", ["x", "w"], ["y"])], weights(w=(4, 3, 3, 3)))
    (tmp_path / "maps.onnx").write_bytes(maps)
    for look in (grad_cam, occlusion):
        with pytest.raises(InputError, match="the output is maps"):
            look(tmp_path / "maps.onnx", x)
