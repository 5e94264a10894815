"""Files made to deceive, with a digest that fits: each is refused, by one line that says why."""

from __future__ import annotations

import json
import os
import pickle
import resource
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from convscope.errors import InputError, phrase
from convscope.modelfile import read, resolve_model, serialise
from convscope.modelfile.digest import HEAD, seal
from convscope.modelfile.reading import is_usable
from tests.calibration.made import calibrated
from tests.faults.batches import no_longer_than
from tests.samples import sample, sample_bytes

DATA = sample_bytes()
Model = onnx.ModelProto


def refusal(data: bytes, path: Path) -> str:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(path)
    assert "\n" not in caught.value.line()
    return str(caught.value)


def forged(change: Callable[[Model], object], data: bytes = DATA) -> bytes:
    """Return the sample with `change` made to it and a digest that fits."""
    model = onnx.load_from_string(data[: -64 - len(HEAD)])
    change(model)
    return seal(model.SerializeToString())


def tensor(model: Model, name: str) -> onnx.TensorProto:
    return next(t for t in model.graph.initializer if t.name == name)


def record(model: Model, key: str, value: str) -> None:
    next(p for p in model.metadata_props if p.key == f"convscope.{key}").value = value


def outside(model: Model) -> None:
    t = tensor(model, "fc1.weight")
    t.data_location = onnx.TensorProto.EXTERNAL
    t.ClearField("raw_data")
    t.external_data.add(key="location", value="/etc/passwd")


def float_data(model: Model) -> None:
    t = tensor(model, "fc1.bias")
    t.float_data.extend([1.0, 2.0])
    t.ClearField("raw_data")


def control_flow(model: Model) -> None:
    body = onnx.helper.make_graph([], "body", [], [])
    model.graph.node[4].attribute.append(onnx.helper.make_attribute("body", body))


def two_nodes_swapped(model: Model) -> None:
    nodes = list(model.graph.node)
    model.graph.ClearField("node")
    model.graph.node.extend([nodes[1], nodes[0], *nodes[2:]])


CHANGES: dict[str, tuple[Callable[[Model], object], str]] = {
    "external data": (outside, "external data"),
    "external data, half": (lambda m: setattr(tensor(m, "fc1.bias"), "data_location", 1), "external data"),
    "numbers elsewhere": (float_data, "TensorProto holds field 4"),
    "a weight missing": (
        lambda m: m.graph.initializer.remove(tensor(m, "fc1.bias")),
        "fc1.bias is missing or too many",
    ),
    "a weight too many": (
        lambda m: m.graph.initializer.add(name="fc2.bias", data_type=1),
        "fc2.bias is missing or too many",
    ),
    "a weight twice": (lambda m: m.graph.initializer.append(tensor(m, "fc1.bias")), "a tensor occurs twice"),
    "another shape": (lambda m: tensor(m, "fc1.bias").dims.__setitem__(0, 3), "fc1.bias has another shape"),
    "transposed": (
        lambda m: tensor(m, "conv1.weight").dims.__setitem__(slice(0, 2), [1, 2]),
        "conv1.weight has another shape",
    ),
    "huge dims": (lambda m: tensor(m, "fc1.bias").dims.append(2**62), "fc1.bias has another shape"),
    "negative dims": (lambda m: tensor(m, "fc1.bias").dims.__setitem__(0, -2), "fc1.bias has another shape"),
    "bytes too few": (lambda m: setattr(tensor(m, "fc1.bias"), "raw_data", b"1234567"), "fc1.bias has another shape"),
    "bytes too many": (
        lambda m: setattr(tensor(m, "fc1.bias"), "raw_data", b"123456789"),
        "fc1.bias has another shape",
    ),
    "another type": (lambda m: setattr(tensor(m, "fc1.bias"), "data_type", 6), "fc1.bias has another shape"),
    "NaN": (
        lambda m: setattr(tensor(m, "fc1.bias"), "raw_data", b"\0\0\xc0\x7f" * 2),
        "fc1.bias holds numbers that cannot be used",
    ),
    "infinities": (lambda m: setattr(tensor(m, "fc1.bias"), "raw_data", b"\0\0\x80\x7f\0\0\x80\xff"), "cannot be used"),
    "variance below 0": (
        lambda m: setattr(tensor(m, "bn1.running_var"), "raw_data", b"\0\0\x80\xbf" * 2),
        "cannot be used",
    ),
    "another mean": (
        lambda m: setattr(tensor(m, "pictures.mean"), "raw_data", b"\0\0\x80\x3f"),
        "pictures.mean is not what",
    ),
    "another operator": (
        lambda m: setattr(m.graph.node[4], "op_type", "InstanceNormalization"),
        "not that of its formula, from bn1 on",
    ),
    "another slope": (
        lambda m: setattr(m.graph.node[5].attribute[0], "f", 0.5),
        "not that of its formula, from leaky_relu1 on",
    ),
    "another input": (lambda m: m.graph.node[8].input.__setitem__(0, "gap1"), "not that of its formula, from fc1 on"),
    "another node's name": (lambda m: setattr(m.graph.node[4], "name", m.graph.node[5].name), "an operator"),
    "a node more": (lambda m: m.graph.node.add(op_type="Identity", input=["logits"], output=["x"]), "from the end on"),
    "a node less": (lambda m: m.graph.node.pop(), "not that of its formula, from the end on"),
    "another order": (two_nodes_swapped, "not that of its formula, from pictures.float on"),
    "control flow": (control_flow, "field 6"),
    "an attribute of two kinds": (
        lambda m: setattr(m.graph.node[5].attribute[0], "i", 1),
        "an attribute is of another kind",
    ),
    "another domain": (lambda m: setattr(m.graph.node[4], "domain", "evil"), "NodeProto holds field 7"),
    "a function": (lambda m: m.functions.add(name="f"), "ModelProto holds field 25"),
    "training": (lambda m: m.training_info.add(), "ModelProto holds field 20"),
    "sparse": (lambda m: m.graph.sparse_initializer.add(), "GraphProto holds field 15"),
    "another opset": (lambda m: setattr(m.opset_import[0], "version", 18), "another IR version or opset"),
    "one more opset": (lambda m: m.opset_import.add(domain="evil", version=1), "another IR version or opset"),
    "no graph": (lambda m: m.ClearField("graph"), "inputs or outputs"),
    "float pictures": (lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 1), "inputs or outputs"),
    "one more output": (lambda m: m.graph.output.add(name="fc1"), "a type|inputs or outputs"),
    "another formula": (
        lambda m: record(m, "formula", "conv(2, 3) + bn + relu + gap + fc"),
        "not that of its formula, from relu1 on",
    ),
    "a formula that is none": (lambda m: record(m, "formula", "__import__('os')"), "its formula cannot be built"),
    "a huge formula": (lambda m: record(m, "formula", "conv(1000000, 1000)*500 + fc"), "its formula cannot be built"),
    "a deep formula": (lambda m: record(m, "formula", "(" * 100_000), "its formula cannot be built"),
    "a formula that ends elsewhere": (lambda m: record(m, "formula", "conv(2, 3)"), "must end in one score"),
    "classes too many": (
        lambda m: record(m, "classes", '["a", "b", "c"]'),
        "not that of its formula|inputs or outputs",
    ),
    "no class": (lambda m: record(m, "classes", "[]"), "name for each class"),
    "classes not names": (lambda m: record(m, "classes", "[1, 2]"), "name for each class"),
    "classes no list": (lambda m: record(m, "classes", '"ab"'), "not those of a convscope model"),
    "one name twice": (lambda m: record(m, "classes", '["a", "a"]'), "two classes have one name, got a"),
    "JSON that is none": (lambda m: record(m, "facts", "{"), "not JSON"),
    "deep JSON": (lambda m: record(m, "facts", '{"a":' * 200_000), "not JSON"),
    "NaN in JSON": (lambda m: record(m, "facts", '{"a": NaN}'), "is not JSON, got NaN"),
    "facts no object": (lambda m: record(m, "facts", "[]"), "not those of a convscope model"),
    "huge facts": (
        lambda m: record(m, "facts", '{"a": "' + "x" * (17 << 20) + '"}'),
        "convscope.facts: the text is too long",
    ),
    "no input": (lambda m: record(m, "input", "{}"), "not an input specification"),
    "another input spec": (
        lambda m: record(m, "input", '{"shape": [1, 7, 5], "mean": [33], "std": [78], "resize": "", "invert": "no"}'),
        "inputs or outputs",
    ),
    "another std": (
        lambda m: record(m, "input", '{"shape": [1, 6, 5], "mean": [33], "std": [79], "resize": "", "invert": "no"}'),
        "pictures.std is not what",
    ),
    "a record more": (lambda m: m.metadata_props.add(key="x", value="y"), "not those of a convscope model"),
    "a record less": (lambda m: m.metadata_props.pop(), "not those of a convscope model"),
    "a record twice": (lambda m: m.metadata_props.append(m.metadata_props[1]), "a metadata key occurs twice"),
    "two digests": (lambda m: m.metadata_props.add(key="convscope.digest", value="0" * 64), "occurs twice"),
    "a newer format": (
        lambda m: record(m, "format", "7"),
        "written by a newer convscope, got format 7, expected format 6",
    ),
    "a newer format without its record": (lambda m: record(m, "format", "2"), "not those of a convscope model"),
    "no format": (lambda m: record(m, "format", "-1"), "format version cannot be read, got -1"),
    "format in other digits": (lambda m: record(m, "format", "²"), "format version cannot be read"),
    "not ours": (lambda m: m.ClearField("metadata_props"), "damaged|did not write"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_forged(name: str, tmp_path: Path) -> None:
    change, why = CHANGES[name]
    message = refusal(forged(change), tmp_path / "model.onnx")
    assert any(part in message for part in why.split("|")), message


def calibration(**change: object) -> Callable[[Model], None]:
    """Return what changes fields of the calibration's record."""
    return lambda m: record(m, "calibration", json.dumps(calibrated(2.0).to_json() | change))


CALIBRATIONS: dict[str, tuple[Callable[[Model], object], str]] = {
    "another temperature in the record": (calibration(temperature=2.5), "logits.temperature is not what its records"),
    "another temperature in the graph": (
        lambda m: setattr(tensor(m, "logits.temperature"), "raw_data", b"\0\0\x80\x3f"),
        "logits.temperature is not what its records say",
    ),
    "temperature 0": (calibration(temperature=0), "temperature is not what a calibration can come to"),
    "a temperature below 0": (calibration(temperature=-2.0), "temperature is not what"),
    "an endless temperature": (calibration(temperature=1e999), "not JSON|temperature is not what"),
    "a temperature that is text": (calibration(temperature="2"), "temperature is of another type"),
    "a temperature of another shape": (lambda m: tensor(m, "logits.temperature").dims.append(1), "another shape"),
    "no temperature in the graph": (
        lambda m: m.graph.initializer.remove(tensor(m, "logits.temperature")),
        "logits.temperature is missing",
    ),
    "softmax of the raw scores": (
        lambda m: m.graph.node[-1].input.__setitem__(0, "logits"),
        "not that of its formula, from probabilities on",
    ),
    "misses of billions of pictures": (calibration(n=10**12), "n is not what"),
    "misses that fall": (calibration(misses=[0.5, 0.4] * 20), "misses must be ascending"),
    "no record": (lambda m: record(m, "calibration", "null"), "calibration"),
    "format 1": (lambda m: record(m, "format", "1"), "not those of a convscope model"),
}


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_forged_calibrations(name: str, tmp_path: Path) -> None:
    change, why = CALIBRATIONS[name]
    message = refusal(forged(change, serialise(*sample(), None, calibrated(2.0))), tmp_path / "model.onnx")
    assert any(part in message for part in why.split("|")), message


def test_why_a_file_is_refused_comes_in_any_language(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(forged(lambda m: m.functions.add(name="f")))
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert (caught.value.key, caught.value.words) == (
        "model.form",
        {"reason": phrase("protobuf.field", name="ModelProto", n=25)},
    )


def many_inputs(m: Model) -> None:
    for _ in range(400):
        m.graph.node.add(op_type="Sum", input=["pictures"] * 19_000, output=["x"])


def packed(m: Model) -> None:
    m.graph.node[0].attribute[0].CopyFrom(onnx.helper.make_attribute("axes", [1] * 1_000_000))


LARGE: dict[str, tuple[Callable[[Model], object], str]] = {
    "inputs": (many_inputs, "NodeProto holds too many fields"),
    "numbers": (packed, "holds too many"),
    "facts": (lambda m: record(m, "facts", '{"a": [' + "{}," * 5_000_000 + "{}]}"), "holds too many values"),
    "one name twice, last": (
        lambda m: record(m, "classes", json.dumps([*map(str, range(300_000)), "x", "x"])), "two classes have one name"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.medium
def test_a_large_file_is_refused_for_a_small_price(name: str, tmp_path: Path) -> None:
    change, why = LARGE[name]
    data, path = forged(change), tmp_path / "model.onnx"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with no_longer_than(20), pytest.raises(InputError, match=why):
            read(path)
        peak = tracemalloc.get_traced_memory()[1] - len(data)
    finally:
        tracemalloc.stop()
    assert peak < 120_000_000


def test_the_sample_itself_passes(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(forged(lambda _: None))
    read(tmp_path)


def test_onnx_itself_would_have_taken_the_first_of_two_graphs_together(tmp_path: Path) -> None:
    """Protocol Buffers join a message that occurs twice; a reader that takes one of them would be deceived."""
    model = onnx.load_from_string(DATA)
    more = onnx.ModelProto(
        graph=onnx.GraphProto(node=[onnx.NodeProto(op_type="Identity", input=["logits"], output=["x"])])
    )
    data = seal(DATA[: -64 - len(HEAD)] + more.SerializeToString())
    assert len(onnx.load_from_string(data).graph.node) == len(model.graph.node) + 1
    assert "too many fields" in refusal(data, tmp_path / "model.onnx")


# Files of other kinds


def test_pickles_are_refused_by_name_and_never_opened(tmp_path: Path) -> None:
    trap = tmp_path / "trap"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(trap),)

    for suffix in ("pt", "pth", "pkl", "pickle", "bin", "ckpt", "PT", "onnx", "", "npz"):
        file = tmp_path / f"model.{suffix}"
        for protocol in (2, 3, 4, 5):
            message = refusal(pickle.dumps(Evil(), protocol), file)
            assert "a PyTorch or pickle file" in message
            assert "\ntry: convscope train writes a model.onnx" in message
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(Evil()))
        assert "a PyTorch or pickle file" in refusal(file.read_bytes(), file)
    assert not trap.exists()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("model.safetensors", b"\x08\0\0\0\0\0\0\0{}      ", "weights alone"),
        ("model.h5", b"\x89HDF\r\n\x1a\n", "a Keras or HDF5 file"),
        ("model.onnx", b"\x89HDF\r\n\x1a\n", "a Keras or HDF5 file"),
        ("digit.png", b"\x89PNG\r\n\x1a\n", "a picture, not a model"),
        ("model.onnx", b"\x89PNG\r\n\x1a\n", "a picture, not a model"),
        ("model.onnx", b"", "the file is empty"),
        ("model.onnx", b"hello", "not a model file"),
        ("model.onnx", seal(b""), "not"),
        ("model.onnx", seal(b"hello"), "not"),
    ],
)
def test_other_kinds(name: str, data: bytes, why: str, tmp_path: Path) -> None:
    assert why in refusal(data, tmp_path / name)


def test_foreign_onnx_is_refused_by_name(tmp_path: Path) -> None:
    for producer in ("pytorch", ""):
        value = onnx.helper.make_tensor_value_info("x", 1, [1])
        graph = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "g", [value], [value])
        model = onnx.helper.make_model(graph, producer_name=producer)
        message = refusal(model.SerializeToString(), tmp_path / "model.onnx")
        assert "an ONNX file that convscope did not write" in message
        assert "\ntry: " in message


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")
    cases = {
        tmp_path: "no model.onnx in this folder",
        tmp_path / "none.onnx": "no such file",
        tmp_path / "none.pt": "no such file",
        tmp_path / "pipe.onnx": "not a file",
        tmp_path / ("x" * 300): "no such file|cannot be opened",
        "a\0b": "cannot be opened|no such file",
    }
    for path, why in cases.items():
        with pytest.raises(InputError) as caught:
            read(path)
        assert any(part in str(caught.value) for part in why.split("|")), caught.value
        assert "\n" not in caught.value.line()


def test_a_run_directory_means_its_model(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(DATA)
    assert resolve_model(tmp_path) == resolve_model(str(tmp_path / "model.onnx")) == tmp_path / "model.onnx"


def test_a_file_beyond_what_a_model_can_hold_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    with file.open("wb") as sparse:
        sparse.truncate(2**31)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="too large for a model file, got 2,147,483,648 bytes"):
        read(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.mark.parametrize("count", [10, 300_000])
def test_numbers_that_cannot_be_used_are_found_in_small_and_large_tensors(count: int) -> None:
    for bad, usable, usable_as_variance in (
        (1.0, True, True),
        (-1.0, True, False),
        (np.nan, False, False),
        (np.inf, False, False),
        (-np.inf, False, False),
    ):
        values = np.ones(count, "<f4")
        values[count // 2] = bad
        data = memoryview(values.tobytes())
        assert (is_usable(data, False), is_usable(data, True)) == (usable, usable_as_variance)
