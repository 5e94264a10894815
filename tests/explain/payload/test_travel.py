"""How weights travel where float32 does not fit: in which form, what it changes, and that a page keeps its size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from torch import nn

import convscope
from convscope.explain.payload.encoding import decode, encode, encoded_size, to_bytes
from convscope.explain.payload.travel import rounded
from convscope.nn import load_weights
from convscope.page.inline import payload_characters
from tests.explain.nets import net_of, pixels

SHAPE = (3, 16, 16)
FLOATS = st.floats(-(2.0**99), 2.0**99, width=32)


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=4, max_side=5), elements=FLOATS))
@pytest.mark.medium
def test_eight_bits_move_a_number_by_half_a_step_of_its_filter(array: np.ndarray) -> None:  # type: ignore[type-arg]
    sent = to_bytes(array)
    got = decode(sent.to_json())
    rows, back = array.reshape(len(array), -1).astype(float), got.reshape(len(array), -1).astype(float)
    step = np.abs(rows).max(1) / 127
    assert got.shape == array.shape
    assert (np.abs(back - rows).max(1) <= 0.5001 * step + 1e-42).all()
    assert encoded_size(sent) == len(sent.data) + len(sent.factors)


def test_only_matrices_and_kernels_are_rounded() -> None:
    weights = {"a.weight": np.full((2, 3), 0.1), "a.bias": np.full(300, 0.1), "b.weight": np.array([[1e6], [1.0]])}
    assert rounded(weights, 32) is weights
    half, eight = rounded(weights, 16), rounded(weights, 8)
    assert half["a.weight"][0, 0] == np.float16(0.1)  # type: ignore[index]
    assert half["b.weight"] is weights["b.weight"], "half precision ends at 65,504"
    assert half["a.bias"] is eight["a.bias"] is weights["a.bias"]
    assert eight["a.weight"].dtype == "int8"


def megabytes_of(tensor_bytes: float) -> float:
    """Return how large a page may be for its payload to have room for so many bytes of numbers."""
    return (2_000_000 - payload_characters(2) + tensor_bytes * 4 / 3 + 20_000) / 1e6


@pytest.mark.parametrize(("bits", "room"), [(32, 4.0), (16, 2.1), (8, 1.1)])
@pytest.mark.medium
def test_the_finest_form_that_fits_travels_and_what_it_changes_is_said(bits: int, room: float) -> None:
    net, pictures = net_of("conv(32, 3) + relu + fc(40) + relu + fc", SHAPE), pixels(2, SHAPE)
    count = sum(t.size for t in net.weights().values())
    page = convscope.look(net, pictures, megabytes=megabytes_of(room * count))
    assert {"float32": 32, "float16": 16, "int8": 8}[page.payload["tensors"]["fc1.weight"]["dtype"]] == bits
    assert page.payload["left_out"] == ["data"]
    told = page.payload["rounding"]
    if bits == 32:
        assert told is None
        return
    read = {name: decode(t) for name, t in page.payload["tensors"].items()}
    other = load_weights(net_of("conv(32, 3) + relu + fc(40) + relu + fc", SHAPE), read)
    with torch.no_grad():
        before, after = (n(torch.from_numpy(pictures)) for n in (net, other))
    moved = (after.softmax(1) - before.softmax(1)).abs().max()
    assert (told["bits"], told["n"], told["changed"]) == (bits, 2, int((before.argmax(1) != after.argmax(1)).sum()))
    assert told["score"] == pytest.approx(float((after - before).abs().max()), rel=1e-3, abs=1e-6)
    assert told["probability"] == pytest.approx(float(moved), rel=1e-3, abs=1e-6)
    assert any(f"rounded to {bits} bits" in note for note in page.notes)


@pytest.mark.parametrize("share", [0.7, 0.3, 0.06])
@pytest.mark.medium
def test_where_eight_bits_do_not_fit_the_heaviest_layers_show_what_they_made(share: float) -> None:
    net, pictures = net_of("conv(40, 3, pad=1)*3 + gap + fc(200) + relu + fc", SHAPE), pixels(2, SHAPE)
    limit = megabytes_of(share * sum(t.size for t in net.weights().values()) + pictures.size)
    page = convscope.look(net, pictures, megabytes=limit)
    assert len(page.html) <= limit * 1e6
    closed = [node["name"] for node in page.payload["nodes"] if node["kind"] == "opaque"]
    assert "weights" in page.payload["left_out"]
    assert not {name.partition(".")[0] for name in page.payload["tensors"]} & set(closed)
    made = dict(zip((n.name for n in net.network.nodes), net.outputs(torch.from_numpy(pictures)), strict=True))
    for name, values in (page.payload["maps"] or {}).items():
        got = decode(values)
        np.testing.assert_allclose(got, made[name][: len(got)].detach().numpy(), rtol=1e-5, atol=1e-5)


def test_a_module_that_no_formula_describes_is_rounded_too() -> None:
    module = nn.Sequential(nn.Conv2d(3, 64, 3), nn.Mish(), nn.Flatten(), nn.Linear(64 * 14 * 14, 30))
    page = convscope.look(module, torch.rand(1, *SHAPE), megabytes=1.65)
    assert page.payload["tensors"]["3.weight"]["dtype"] == "int8"
    assert page.payload["rounding"]["bits"] == 8
    assert encode(np.ones(3)).dtype == "float32"
    assert len(page.html) <= 1.65e6


def test_where_boxes_come_before_the_scores_the_largest_move_of_a_layer_is_said() -> None:
    class Sorted(nn.Module):
        """A box in the middle: its values stay, whatever the weights before it are rounded to."""

        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv2d(3, 64, 3), nn.Linear(64 * 14 * 14, 30)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.first(x).sort(-1).values.flatten(1))

    torch.manual_seed(0)
    module = Sorted()
    with torch.no_grad():
        module.first.weight *= 1 + torch.arange(64.0).reshape(-1, 1, 1, 1)
    x = torch.rand(1, *SHAPE)
    page = convscope.look(module, x, megabytes=1.65)
    told = page.payload["rounding"]
    read = {name: torch.tensor(decode(t)) for name, t in page.payload["tensors"].items()}
    with torch.no_grad():
        before, weight = module.first(x), read["first.weight"]
        after = nn.functional.conv2d(x, weight, module.first.bias)
        inside = module.first(x).sort(-1).values.flatten(1)
        ends = module.last(inside), nn.functional.linear(inside, read["last.weight"], module.last.bias)
    shares = {
        "first": float((after - before).abs().max() / before.abs().max()),
        "last": float((ends[1] - ends[0]).abs().max() / ends[0].abs().max()),
    }
    assert not torch.equal(weight, module.first.weight)
    assert told["where"] == max(shares, key=lambda name: shares[name])
    assert told["share"] == pytest.approx(max(shares.values()), rel=0.02)
    assert any(f"{told['share']:.2%} of its layer's largest" in note for note in page.notes)
