"""The file of weights that the page asks for holds lite0's own, bit by bit, and the page knows where each lies."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from convscope import modelfile
from convscope.formula import parse, trace
from convscope.lab.pretrained_file import pretrained_file
from convscope.modelfile.graph import weight_shapes
from convscope.training.starting import candidates
from convscope.transfer.start import body_of
from convscope.transfer.taps import columns_of, taps_of, with_head


def test_every_weight_is_where_the_page_is_told() -> None:
    known, data = pretrained_file()
    assert (known.bytes, known.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    model = modelfile.read("lite0")
    assert known.digest == model.digest
    network = trace(parse(known.rows), known.input.shape, known.width)
    shapes = weight_shapes(network)
    assert known.weights.keys() == shapes.keys()
    for name, place in known.weights.items():
        count = int(np.prod(shapes[name]))
        found = np.frombuffer(data, "<f2" if place.bits == 16 else "<f4", count, place.at)
        assert np.array_equal(found.astype(np.float32).reshape(shapes[name]), model.weights[name]), name
    ends = [place.at + place.bits // 8 * int(np.prod(shapes[name])) for name, place in known.weights.items()]
    assert ends == [*(place.at for place in known.weights.values()), len(data)][1:], "one after another"
    assert any(place.bits == 16 for place in known.weights.values()), "as the model file has them"


@pytest.mark.medium
def test_the_heads_are_those_that_a_training_compares() -> None:
    known, _ = pretrained_file()
    model = modelfile.read("lite0")
    body = body_of(model, model.spec.shape)
    taps = taps_of(body.network)
    columns = columns_of(body.network, taps)
    assert [head.formula for head in known.heads] == [str(with_head(model.plan, some)) for some in candidates(taps)]
    for head, some in zip(known.heads, candidates(taps), strict=True):
        assert head.columns == tuple((columns[tap].start, columns[tap].stop) for tap in some)
        width = sum(stop - start for start, stop in head.columns)
        network = trace(parse(head.formula), known.input.shape, 3)
        assert network.nodes[-1].input == (width, 1, 1)
        assert weight_shapes(network).keys() - {"fc1.weight", "fc1.bias"} <= known.weights.keys()
