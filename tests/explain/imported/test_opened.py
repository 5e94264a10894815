"""Relevance and health of networks that others built: of torch modules and of ONNX files, under their own names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import convscope
from convscope.errors import InputError, UsageError
from convscope.explain.health import health
from convscope.explain.relevance import Relevance, relevance
from tests.explain import zoo
from tests.foreign.graphs import classifier


def pictures(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


def conserved(found: Relevance) -> None:
    kept = sum(step.bias + step.epsilon for step in found.steps)
    np.testing.assert_allclose(found.picture.sum((1, 2, 3)) + kept, found.score, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("widen", [False, True])
def test_a_modules_relevance_is_its_gradient_times_its_pictures(widen: bool) -> None:
    """So it is of ReLU networks without ε (Ancona et al. 2018, proposition 1), however they branch."""
    torch.manual_seed(0)
    module, x = zoo.Residual(widen).eval(), pictures(3, 1, 14, 14)
    found = relevance(module, x, 2, epsilon=0)
    leaf = torch.from_numpy(x).requires_grad_()
    scores = module(leaf)[:, 2]
    (gradient,) = torch.autograd.grad(scores.sum(), leaf)
    np.testing.assert_allclose(found.score, scores.detach(), rtol=1e-4)
    wanted = (gradient * leaf).detach().numpy()
    np.testing.assert_allclose(found.picture, wanted, atol=1e-4 * np.abs(wanted).max())
    conserved(found)
    assert {"stem", "blocks.0.one", "head"} <= set(found.nodes)
    assert [step.node for step in found.steps][-1] == "stem"


def test_pictures_as_bytes_are_brought_to_0_to_1() -> None:
    module = zoo.Residual(True).eval()
    bytes_ = np.random.default_rng(0).integers(0, 256, (2, 1, 14, 14), dtype=np.uint8)
    as_floats = relevance(module, (bytes_ / 255).astype(np.float32), 0)
    np.testing.assert_allclose(relevance(module, bytes_, 0).picture, as_floats.picture, rtol=1e-4, atol=1e-6)


@pytest.mark.medium
def test_an_onnx_files_relevance(tmp_path: Path) -> None:
    """Its scores are those before the softmax that it ends in."""
    import onnxruntime

    path, x = tmp_path / "net.onnx", pictures(2, 3, 12, 12)
    path.write_bytes(classifier())
    found = relevance(path, x, [0, 3])
    conserved(found)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logs = np.log(np.concatenate([session.run(None, {"x": one[None]})[0] for one in x]))
    other = relevance(str(path), x, [1, 1])
    apart = [logs[0, 0] - logs[0, 1], logs[1, 3] - logs[1, 1]]
    np.testing.assert_allclose(found.score - other.score, apart, rtol=1e-4)
    assert {"stem", "act", "squeeze", "head"} <= set(found.nodes)
    each = np.array([relevance(path, x, k).score for k in range(5)])
    np.testing.assert_array_equal(relevance(path, x).score, each.max(0))


def test_a_modules_health_has_its_names(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module, x = zoo.Residual(True).eval(), pictures(4, 1, 14, 14)
    with torch.no_grad():
        module.blocks[0].one.weight[2] = 0  # behind its ReLU it is 0 for any picture
        module.stem.weight[1, 0, 0, 0] = float("inf")
    found = health(module, x)
    (layer,) = (layer for layer in found.layers if layer.name == "stem")
    assert layer.units[1] == "notfinite"
    assert [(bad.tensor, bad.infinite) for bad in found.weights] == [("stem.weight", 1)]
    with torch.no_grad():
        module.stem.weight[1, 0, 0, 0] = 1
    layers = {layer.name: layer for layer in health(module, x).layers}
    assert layers["blocks.0.one"].units[2] == "dead"
    assert layers["blocks.0.one"].after == "blocks.0.relu"
    (tmp_path / "net.onnx").write_bytes(classifier())
    assert [layer.name for layer in health(tmp_path / "net.onnx", pictures(3, 3, 12, 12)).layers] == [
        *("stem", "squeeze", "head")
    ]


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Mixed: .* a formula can say"):
        relevance(zoo.Mixed(), pictures(2, 1, 16, 16), 0)
    for look in (lambda asked, x: relevance(asked, x, 0), convscope.health):
        with pytest.raises(UsageError, match="not a network"):
            look(3, pictures(2, 1, 16, 16))
        with pytest.raises(InputError, match=r"missing\.onnx"):
            look(tmp_path / "missing.onnx", pictures(2, 1, 16, 16))
        with pytest.raises(InputError, match="not pictures"):
            look(zoo.Residual(True), pictures(14, 14))


def test_health_of_what_no_formula_can_say_is_that_of_its_layers() -> None:
    """Its units are those of the runtime; a layer before a box is looked at itself."""
    torch.manual_seed(0)
    module, x = zoo.Mixed().eval(), pictures(5, 1, 16, 16)
    with torch.no_grad():
        module.known.weight[2], module.known.bias[2] = 0, 0.5
        module.again.weight[1], module.again.bias[1] = module.again.weight[0], module.again.bias[0]
        module.head.weight[3, 0] = float("nan")
    found = {layer.name: layer for layer in health(module, x).layers}
    assert found["known"].units == (None, None, "constant", None)
    assert found["known"].after == "known"
    assert (found["again"].units, found["again"].like) == ((None, "duplicate", None), (-1, 0, -1))
    assert found["head"].units == (None, None, None, "notfinite")
    assert [(bad.tensor, bad.nan) for bad in health(module, x).weights] == [("head.weight", 1)]


def test_health_by_steps_is_that_of_the_formulas_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    torch.manual_seed(0)
    module, x = zoo.Residual(True).eval(), pictures(6, 1, 14, 14)
    (tmp_path / "net.onnx").write_bytes(classifier())
    photographs = pictures(4, 3, 12, 12)
    wanted = health(module, x), health(tmp_path / "net.onnx", photographs)

    def unsaid(*_: object) -> None:
        raise InputError("explain.unsaid")

    monkeypatch.setattr("convscope.explain.health.opened", unsaid)
    for found, known in zip((health(module, x), health(tmp_path / "net.onnx", photographs)), wanted, strict=True):
        assert found.pictures == known.pictures
        assert [(one.name, one.units, one.like) for one in found.layers] == [
            (one.name, one.units, one.like) for one in known.layers
        ]
