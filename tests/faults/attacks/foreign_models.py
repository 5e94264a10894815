"""ONNX files that others made, forged by structure and by bytes: refused by one line, or shown with true numbers."""

from __future__ import annotations

import contextlib
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import TensorProto

from convscope.errors import ConvscopeError
from convscope.foreign.describing import describe_foreign
from convscope.foreign.reading import open_foreign
from tests.faults.batches import in_children
from tests.faults.campaign import Campaign, Tally
from tests.faults.hostile_json import TEXTS
from tests.faults.oracle import ill_said
from tests.faults.protobuf_tree import mutate, parsed, written
from tests.foreign.graphs import classifier

NUMBERS = (-(2**63), -(10**6), -1, 0, 1, 2, 3, 7, 255, 65_536, 10**6, 2**31, 2**40, 2**63 - 1)
OPERATORS = (
    *("Conv", "ConvTranspose", "MaxPool", "AveragePool", "Resize", "Pad", "Tile", "Expand", "Range", "ConstantOfShape"),
    *(
        "Einsum",
        "GridSample",
        "DepthToSpace",
        "Loop",
        "If",
        "Scan",
        "LSTM",
        "NonZero",
        "Unique",
        "TopK",
        "Split",
        "Gather",
    ),
    *("RandomUniform", "StringSplit", "ImageDecoder", "QuantizeLinear", "Softmax", "LayerNormalization", "Attention"),
)


def forged_bytes(random: Random) -> bytes:
    """Return a file with some bytes changed, cut out or doubled."""
    data = bytearray(classifier())
    for _ in range(random.choice((1, 1, 2, 8))):
        at = random.randrange(len(data))
        kind = random.randrange(4)
        if kind == 0:
            data[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            del data[at : at + random.choice((1, 4, 100))]
        elif kind == 2:
            data[at:at] = data[at : at + random.choice((1, 16, 400))]
        else:
            data[at : at + 9] = b"\xff" * random.randrange(1, 10)
    return bytes(data)


def forged_tree(random: Random) -> bytes:
    """Return a file with fields changed anywhere in its tree."""
    root = parsed(classifier())
    mutate(root, random, random.choice((1, 1, 2, 4)))
    return written(root)


def forged_graph(random: Random) -> bytes:
    """Return a file that keeps to the form, with other operators, sizes, shapes and types."""
    model = onnx.load_model_from_string(classifier())
    for _ in range(random.choice((1, 1, 2, 3))):
        node = random.choice(model.graph.node)
        tensor = random.choice(model.graph.initializer)
        values = [name for one in model.graph.node for name in (*one.input, *one.output)]
        kind = random.randrange(8)
        if kind == 0:
            node.op_type = random.choice(OPERATORS)
        elif kind == 1 and node.attribute:
            attribute = random.choice(node.attribute)
            attribute.i = random.choice(NUMBERS)
            if attribute.ints:
                attribute.ints[random.randrange(len(attribute.ints))] = random.choice(NUMBERS)
        elif kind == 2 and node.input:
            node.input[random.randrange(len(node.input))] = random.choice(values)
        elif kind == 3 and tensor.dims:
            tensor.dims[random.randrange(len(tensor.dims))] = random.choice(NUMBERS)
        elif kind == 4:
            tensor.data_type = random.choice(list(TensorProto.DataType.values()))
        elif kind == 5:
            model.opset_import[0].version = random.choice((0, 6, 7, 9, 11, 13, 18, 21, 23, 99))
        elif kind == 6 and tensor.raw_data and tensor.data_type == TensorProto.INT64:
            tensor.raw_data = np.array(random.choice(NUMBERS), np.int64).tobytes() * max(1, len(tensor.raw_data) // 8)
        else:
            node.name = random.choice(TEXTS)[:200].encode("utf-8", "replace").decode()
    return model.SerializeToString()


def forged(random: Random) -> bytes:
    """Return one of these, at random."""
    while True:
        with contextlib.suppress(ValueError, OverflowError, TypeError):  # which the writer refuses
            return random.choice((forged_bytes, forged_tree, forged_graph, forged_graph))(random)


def foreign_models(times: int, random: Random, tally: Tally) -> None:
    """Open forged files, describe them, and run what is accepted."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        in_children(forged, lambda data, random, tally: _attack_with(data, tally, path), times, random, tally)


def _attack_with(data: bytes, tally: Tally, path: Path) -> None:
    path.write_bytes(data)
    try:
        file = open_foreign(path, (3, 12, 12))
        text = str(describe_foreign(file))
        found, _ = file.steps(np.zeros((1, *file.shape), np.float32))
    except ConvscopeError as error:
        tally.judge(ill_said(error), "refused", data)
    except Exception as error:
        tally.fault(repr(error)[:500], data)
    else:
        bad = next((c for c in text if not (c.isprintable() or c == "\n")), None)
        if bad is not None:
            tally.fault(f"{bad!r} in the table", data)
        elif not found:
            tally.fault("no step, and no word", data)
        else:
            tally.ended("opened and computed")


CAMPAIGNS = (
    Campaign(
        "foreign-models", "files",
        "ONNX files that others made, forged by bytes, by fields, operators, sizes and types: refused by one line in "
        "2 s and 512 MB, or computed by ONNX Runtime with every value's size known before",
        foreign_models, quick=150, long=20_000,
    ),
)  # fmt: skip
