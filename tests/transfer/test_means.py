"""The means of the last maps are what torch makes of the same network with its head taken off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from convscope import modelfile
from convscope.errors import InputError, PlanError
from convscope.formula import parse, trace
from convscope.nn import build, load_weights
from convscope.transfer.means import LastMeans
from tests.samples import sample

FORMULA = 'conv(4, 3, stride=2) + bn + relu6 + skip(conv(4, 3, pad="same") + relu) + conv(7, 1) + relu + gap + fc'


def file_of(tmp_path: Path, formula: str = FORMULA, shape: tuple[int, int, int] = (3, 13, 11)) -> modelfile.ModelFile:
    modelfile.write(tmp_path / "model.onnx", *sample(formula, shape, 5))
    return modelfile.read(tmp_path)


@pytest.mark.parametrize("size", [(13, 11), (24, 17)])
def test_means_are_torchs(tmp_path: Path, size: tuple[int, int]) -> None:
    file = file_of(tmp_path)
    means = LastMeans(file, (3, *size))
    pictures = np.random.default_rng(1).integers(0, 256, (6, 3, *size), dtype=np.uint8)
    spec = replace(file.spec, shape=(3, *size))
    net = load_weights(build(trace(parse(FORMULA), spec.shape, 5), spec), file.weights).eval()
    seen: list[torch.Tensor] = []
    layer = next(module for module in net.modules() if isinstance(module, torch.nn.AdaptiveAvgPool2d))
    layer.register_forward_hook(lambda _m, _x, y: seen.append(y))
    with torch.no_grad():
        net(torch.from_numpy(pictures))
    assert (means.width, means.of(pictures).dtype) == (7, np.float32)
    np.testing.assert_allclose(means.of(pictures), seen[0].flatten(1), rtol=1e-4, atol=1e-5)


def test_what_is_computed_has_an_identity_of_its_own(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    one = LastMeans(file, (3, 13, 11)).identity
    assert one == LastMeans(file, (3, 13, 11)).identity
    assert one != LastMeans(file, (3, 14, 11)).identity
    (tmp_path / "other").mkdir()
    network, spec, weights, classes = sample(FORMULA, (3, 13, 11), 5)
    weights = {**weights, "conv1.weight": weights["conv1.weight"] + 1}
    modelfile.write(tmp_path / "other" / "model.onnx", network, spec, weights, classes)
    assert one != LastMeans(modelfile.read(tmp_path / "other"), (3, 13, 11)).identity


def test_where_there_are_none_it_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        LastMeans(file_of(tmp_path), (1, 13, 11))
    assert refused.value.key == "features.channels"
    with pytest.raises(PlanError):
        LastMeans(file_of(tmp_path), (3, 2, 2))
    for formula in ("conv(4, 3) + relu + fc", "gap + fc"):
        with pytest.raises(InputError) as refused:
            LastMeans(file_of(tmp_path, formula), (3, 13, 11))
        assert refused.value.key == "features.gap"
