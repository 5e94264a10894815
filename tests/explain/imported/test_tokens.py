"""A vision transformer as a torch module: all but its attention are layers of the formula, computed as torch does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import convscope
from convscope.explain.imported.steps import steps
from tests.transformer import SHAPE, Attends, Encoder, ViT

BLOCK = ["layer_norm", "opaque", "add", "layer_norm", "conv", "gelu", "dropout", "conv", "add"]
WRITTEN = ["layer_norm", "conv", "opaque", "conv", *BLOCK[2:]]
END = ["layer_norm", "pad", "flatten", "fc"]


@pytest.mark.parametrize("how", ["module", "softmax", "product"])
@pytest.mark.medium
def test_only_attention_is_a_box(how: Attends) -> None:
    module = ViT(how).eval()
    x = torch.rand(2, *SHAPE)
    payload: Any = convscope.look(module, x).payload
    kinds = [node["kind"] for node in payload["nodes"]]
    assert kinds == ["conv", "tokens", "tokens", "position", *(BLOCK if how == "module" else WRITTEN) * 2, *END]
    labels = {node["text"] for node in payload["nodes"] if node["kind"] == "opaque"}
    assert labels == {"MultiheadAttention" if how == "module" else "attention(heads=2)"}
    assert payload["proof"]["difference"] < 1e-5
    assert payload["figures"]["parameters"] == sum(p.numel() for p in module.parameters())


def test_without_a_class_token_the_mean_of_the_tokens_is_a_pooling() -> None:
    payload: Any = convscope.look(ViT("softmax", token=False), torch.rand(1, *SHAPE)).payload
    kinds = [node["kind"] for node in payload["nodes"]]
    assert (kinds[:3], kinds[-4:]) == (["conv", "tokens", "position"], ["layer_norm", "gap", "flatten", "fc"])


def test_tokens_are_maps_of_one_column_and_numbers_are_torchs() -> None:
    module, x = ViT().eval(), torch.rand(2, *SHAPE)
    found = {step.name: step for step in steps(module, x)}
    with torch.no_grad():
        patches = module.patches(x).flatten(2)
        token = module.token
        assert token is not None
        placed = torch.cat([token.expand(2, -1, -1), patches.transpose(1, 2)], 1) + module.position
        after = module.blocks[0].norm(placed)
    for name, wanted in (("add", placed), ("blocks.0.norm", after)):
        np.testing.assert_allclose(found[name].output, wanted.transpose(1, 2)[..., None], rtol=1e-5, atol=1e-6)
    assert found["add"].output.shape == (2, 8, 13, 1)
    np.testing.assert_array_equal(found["cat"].tensors["weight"], token.detach()[0].T[..., None])
    assert [found[name].parameters for name in ("flatten", "cat", "add")] == [0, 8, 13 * 8]


def test_a_linear_layer_over_the_last_axis_counts_a_product_for_each_token() -> None:
    described: Any = convscope.describe(ViT(), SHAPE)
    by_name = {row.name: row for row in described.rows}
    assert by_name["blocks.0.mlp.0"].macs == 13 * 8 * 16
    assert by_name["blocks.0.attention"].macs is None


class Branching(ViT):
    """A way that torch.fx cannot follow: torch.export takes an attention apart."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x + 1 if len(x) > 7 else x)


@pytest.mark.medium
def test_an_attention_that_is_exported_shows_the_layers_before_and_after_it() -> None:
    payload: Any = convscope.look(module := Branching(), torch.rand(2, *SHAPE)).payload
    boxes = [node["text"] for node in payload["nodes"] if node["kind"] == "opaque"]
    assert boxes == ["attention(heads=2)"] * 2
    assert payload["proof"]["difference"] < 1e-5
    assert payload["figures"]["parameters"] == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.medium
def test_an_encoder_of_torch_opens_but_for_its_attention(
    norm_first: bool, activation: str, whole: bool, batch_first: bool
) -> None:
    """What torch computes in one operator, each layer of it as its own, and each as torch's layers make it."""
    module = Encoder(whole, batch_first, norm_first=norm_first, activation=activation).eval()
    x = torch.rand(2, *SHAPE)
    payload: Any = convscope.look(module, x).payload
    attention, body = ["opaque", "dropout"], ["conv", activation, "dropout", "conv", "dropout"]
    first = ["layer_norm", *attention, "add", "layer_norm", *body, "add"]
    after = [*attention, "add", "layer_norm", *body, "add", "layer_norm"]
    blocks = (first if norm_first else after) * (2 if whole else 1) + (["layer_norm"] if whole else [])
    kinds = [node["kind"] for node in payload["nodes"]]
    assert kinds == ["conv", "tokens", "tokens", "position", *blocks, *END]
    assert {node["text"] for node in payload["nodes"] if node["kind"] == "opaque"} == {"MultiheadAttention"}
    assert payload["proof"]["difference"] < 1e-5
    assert payload["figures"]["parameters"] == sum(p.numel() for p in module.parameters())
    assert torch.backends.mha.get_fastpath_enabled()
    found = {step.name: step for step in steps(module, x)}
    with torch.no_grad():
        np.testing.assert_allclose(found["head"].output, module(x), rtol=1e-4, atol=1e-5)
    for name, made in layers_of(module, x).items():
        made = made if batch_first or name in ("norm", "head") else made.transpose(0, 1)
        laid = made.transpose(1, 2)[..., None] if made.dim() == 3 else made
        if name in found and not isinstance(module.get_submodule(name), nn.Conv2d):
            np.testing.assert_allclose(found[name].output, laid, rtol=1e-4, atol=1e-5, err_msg=name)


def layers_of(module: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what torch's own layers make of `x`."""
    made: dict[str, torch.Tensor] = {}
    for name, layer in module.named_modules():
        layer.register_forward_hook(
            lambda _, args, out, name=name: made.update({name: out[0] if isinstance(out, tuple) else out})
        )
    with torch.no_grad():
        module(x)
    return made


class BranchingEncoder(Encoder):
    """A way that torch.fx cannot follow: torch.export takes the encoder apart."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x + 1 if len(x) > 7 else x)


@pytest.mark.medium
def test_an_encoder_that_is_exported_opens_but_for_its_attention() -> None:
    payload: Any = convscope.look(module := BranchingEncoder(), torch.rand(2, *SHAPE)).payload
    boxes = [node["text"] for node in payload["nodes"] if node["kind"] == "opaque"]
    assert boxes == ["attention(heads=2)"] * 2
    assert payload["figures"]["parameters"] == sum(p.numel() for p in module.parameters())


class Masked(Encoder):
    """Each token looks at itself and those before it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        mask = nn.Transformer.generate_square_subsequent_mask(12)
        return self.head(self.blocks(x, mask=mask).mean(1))


def test_an_encoder_with_a_mask_makes_what_torch_makes() -> None:
    module, x = Masked().eval(), torch.rand(2, *SHAPE)
    with torch.no_grad():
        np.testing.assert_allclose(steps(module, x)[-1].output, module(x), rtol=1e-4, atol=1e-5)
