"""What a normalisation is where its formula does not say: torch's defaults."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from convscope.formula import parse, trace
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec

WRITTEN: dict[str, nn.Module] = {
    "bn": nn.BatchNorm2d(6),
    "layer_norm": nn.LayerNorm(6),
    "group_norm(3)": nn.GroupNorm(3, 6),
    "lrn(5)": nn.LocalResponseNorm(5),
}


@pytest.mark.parametrize("formula", WRITTEN)
def test_a_normalisation_alone_is_torchs(formula: str) -> None:
    """Numbers of very unlike sizes: an ε, an exponent or a share that is another one changes them."""
    spec = InputSpec((6, 4, 3), mean=(0.0,) * 6, std=(1.0,) * 6)
    net = build(trace(parse(f"{formula} + fc"), spec.shape, 2), spec).eval()
    rng = np.random.default_rng(0)
    sizes = np.float32(10.0) ** rng.integers(-3, 3, (5, 1, 4, 3))
    x = torch.from_numpy((rng.normal(size=(5, 6, 4, 3)) * sizes).astype(np.float32))
    theirs = WRITTEN[formula].eval()
    with torch.no_grad():
        wanted = theirs(x.movedim(1, -1)).movedim(-1, 1) if isinstance(theirs, nn.LayerNorm) else theirs(x)
        torch.testing.assert_close(next(net.children())(x), wanted, rtol=1e-6, atol=1e-7)
