"""A second network in a payload: what is said of it, how the room is shared, and which two are no pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

import convscope
from convscope import modelfile
from convscope.errors import InputError
from convscope.explain.features import scores
from convscope.explain.payload.encoding import decode
from convscope.page.inline import payload_characters
from tests.explain.nets import net_of, pixels
from tests.explain.zoo import Formless
from tests.foreign.graphs import classifier
from tests.samples import sample

FORMLESS = (1, 16, 16)
FORMULA = "conv(4, 3) + relu + fc(40) + relu + fc"


def megabytes_of(tensor_bytes: float) -> float:
    """Return how large a page may be for its payload to have room for so many bytes of numbers."""
    return (2_000_000 - payload_characters(2) + tensor_bytes * 4 / 3 + 20_000) / 1e6


def test_the_second_network_is_there_with_its_own_scores_of_the_same_samples() -> None:
    first, second, pictures = net_of(FORMULA, seed=1), net_of("conv(2, 5) + tanh + fc", seed=2), pixels(5)
    payload = convscope.look(first, pictures, against=second).payload
    found = payload["against"]
    np.testing.assert_array_equal(decode(found["logits"]), scores(second, pictures))
    np.testing.assert_array_equal(decode(payload["samples"]["logits"]), scores(first, pictures))
    assert [node["name"] for node in found["nodes"]] == ["conv1", "tanh1", "flatten1", "fc1"]
    assert found["formula"] == str(second.network.plan)
    assert found["figures"]["parameters"] == second.network.parameters
    assert found["input"]["mean"] == list(second.spec.mean)
    for name, tensor in second.weights().items():
        np.testing.assert_array_equal(decode(found["tensors"][name]), tensor)
    assert (payload["rounding"], found["rounding"], found["temperature"]) == (None, None, 1)


def test_a_page_of_one_network_has_no_second() -> None:
    assert convscope.look(net_of(FORMULA), pixels(2)).payload["against"] is None


@pytest.mark.parametrize(("bits", "room"), [(32, 4.3), (16, 2.3), (8, 1.3)])
@pytest.mark.medium
def test_the_room_is_shared_by_size_and_what_rounding_changes_is_said_of_each(bits: int, room: float) -> None:
    first = net_of("conv(16, 3) + relu + fc(40) + relu + fc", (3, 16, 16), seed=1)
    second = net_of("conv(8, 3) + relu + fc(40) + relu + fc", (3, 16, 16), seed=2)
    pictures = pixels(2, (3, 16, 16))
    count = sum(t.size for net in (first, second) for t in net.weights().values())
    page = convscope.look(first, pictures, against=second, megabytes=megabytes_of(room * count))
    dtype = {32: "float32", 16: "float16", 8: "int8"}[bits]
    assert len(page.html) <= megabytes_of(room * count) * 1e6
    for part in (page.payload, page.payload["against"]):
        assert part["tensors"]["fc1.weight"]["dtype"] == dtype
        assert (part["rounding"] is None) == (bits == 32)
    assert sum("bits" in note for note in page.notes) == (0 if bits == 32 else 2)
    if bits == 32:
        return
    weights = {name: torch.tensor(decode(t).copy()) for name, t in page.payload["against"]["tensors"].items()}
    before = scores(second, pictures)
    second.load_state_dict(weights, strict=False)
    moved = np.abs(scores(second, pictures) - before).max()
    assert page.payload["against"]["rounding"]["score"] == pytest.approx(moved, abs=1e-6)


@pytest.mark.medium
def test_two_that_do_not_fit_in_8_bits_are_refused_with_a_size_that_does() -> None:
    nets = [net_of("fc(400) + relu + fc", (3, 40, 40), seed=seed) for seed in (1, 2)]
    pictures = pixels(20, (3, 40, 40))
    with pytest.raises(InputError) as caught:
        convscope.look(nets[0], pictures, against=nets[1], megabytes=3)
    assert caught.value.key == "against.large"
    enough = int(str(caught.value.expected).removeprefix("megabytes="))
    page = convscope.look(nets[0], pictures, against=nets[1], megabytes=enough)
    assert len(page.html) <= enough * 1e6
    assert page.payload["against"]["rounding"]["bits"] == 8


@pytest.mark.medium
def test_model_files_and_the_shipped_network_are_taken_by_name(tmp_path: Path) -> None:
    shape, classes = (1, 28, 28), tuple("0123456789")
    network, spec, weights, _ = sample("conv(2, 5) + relu + fc", shape, 10)
    modelfile.write(tmp_path / "mine.onnx", network, spec, weights, classes)
    payload = convscope.look(tmp_path / "mine.onnx", pixels(2, shape), against="slides").payload
    assert (payload["title"], payload["against"]["title"]) == ("mine", "slides")
    assert payload["against"]["figures"]["test"]["accuracy"] > 0.9


@pytest.mark.parametrize(
    ("shape", "names", "key"),
    [((1, 12, 10), ("a", "b", "c"), "against.shape"), ((1, 12, 11), ("a", "c", "b"), "against.classes")],
)
def test_networks_that_read_or_know_something_else_are_refused_in_one_line(
    shape: tuple[int, int, int], names: tuple[str, ...], key: str, tmp_path: Path
) -> None:
    files = [tmp_path / "first.onnx", tmp_path / "second.onnx"]
    for file, at, called in zip(files, ((1, 12, 11), shape), (("a", "b", "c"), names), strict=True):
        network, spec, weights, _ = sample(FORMULA, at, 3)
        modelfile.write(file, network, spec, weights, called)
    with pytest.raises(InputError) as caught:
        convscope.look(files[0], pixels(2), against=files[1])
    assert caught.value.key == key
    assert "\n" not in caught.value.line()


def test_a_module_that_no_formula_describes_is_no_pair() -> None:
    module, pictures = Formless().eval(), np.zeros((1, *FORMLESS), np.float32)
    with pytest.raises(InputError) as caught:
        convscope.look(module, pictures, against=module)
    assert caught.value.key == "against.boxes"
    assert "look at each alone" in str(caught.value)


@pytest.mark.medium
def test_a_file_of_others_before_and_after_fine_tuning(tmp_path: Path) -> None:
    """Each side's scores are ONNX Runtime's of its own file."""
    import onnxruntime

    before = onnx.load_model_from_string(classifier())
    (head,) = (tensor for tensor in before.graph.initializer if tensor.name == "head")
    files = [tmp_path / "before.onnx", tmp_path / "after.onnx"]
    files[0].write_bytes(before.SerializeToString())
    head.CopyFrom(numpy_helper.from_array(-2 * numpy_helper.to_array(head), "head"))
    files[1].write_bytes(before.SerializeToString())
    x = np.random.default_rng(0).integers(0, 256, (3, 3, 12, 12), dtype=np.uint8)
    payload = convscope.look(files[0], x, against=files[1]).payload
    assert payload["against"]["title"] == "after"
    for file, made in zip(files, (payload["samples"]["logits"], payload["against"]["logits"]), strict=True):
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        wanted = np.concatenate([session.run(None, {"x": one[None]})[0] for one in (x / 255).astype(np.float32)])
        powers = np.exp(decode(made))
        np.testing.assert_allclose(powers / powers.sum(1, keepdims=True), wanted, rtol=1e-3, atol=1e-5)
