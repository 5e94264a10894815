"""What the page writes is, byte for byte, what Python writes of the same network: so every reader of one reads both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.calibration import Calibration
from convscope.explain.payload.encoding import as_json
from convscope.explain.payload.records import Rejection
from convscope.formula import Network
from convscope.modelfile import serialise
from convscope.modelfile.reading import check
from convscope.pictures.input_spec import InputSpec
from convscope.rejection import Fitted
from tests.calibration.made import calibrated
from tests.conformance import onnx_engine
from tests.corners import corners
from tests.page.js.learn.conftest import learn  # the fixture
from tests.page.js.learn.node import Learner, page_nodes
from tests.reference import Weights, random_pictures, random_weights
from tests.rejection.made import READ, rejecting
from tests.samples import sample
from tests.strategies import networks, specs

pytestmark = pytest.mark.medium

__all__ = ["learn"]
EXAMPLES = 60


def asked(
    network: Network,
    spec: InputSpec,
    weights: Weights,
    classes: Sequence[str],
    facts: dict[str, object] | None = None,
    calibration: Calibration | None = None,
    rejection: Fitted | None = None,
) -> dict[str, Any]:
    """Return what the page's writer is given for what Python's `serialise` is."""
    return {
        "nodes": page_nodes(network),
        "input": spec.to_json(),
        "classes": list(classes),
        "tensors": dict(weights),
        "formula": str(network.plan),
        "calibration": calibration and calibration.to_json(),
        "rejection": rejection and as_written(network, rejection),
        "facts": facts or {},
    }


def as_written(network: Network, fitted: Fitted) -> dict[str, Any]:
    """Return a rejection as the page holds it, with what its record says besides."""
    page = Rejection.of(fitted, network)
    assert page is not None
    return {
        **{name: as_json(getattr(page, name)) for name in ("threshold", "parts", "features", "group")},
        "tensors": {name: values.ravel() for name, values in page.tensors.items()},
        **{name: getattr(fitted.rejection, name) for name in ("level", "n", "refused")},
    }


def written(learn: Learner, network: dict[str, Any]) -> bytes:
    """Return the bytes of the model file that the page writes."""
    found: np.ndarray[Any, Any] = learn.call("written", **network)
    return found.astype(np.uint8).tobytes()


def names(network: Network) -> list[str]:
    return [f"class {k}" for k in range(network.classes)]


@pytest.mark.parametrize("i", range(len(list(corners()))))
def test_every_kind_and_option_is_written_as_python_writes_it(learn: Learner, i: int) -> None:
    network, spec = list(corners())[i]
    weights, pictures = random_weights(network, i), random_pictures(network, i, 8)
    file = written(learn, asked(network, spec, weights, names(network)))
    assert file == serialise(network, spec, weights, names(network))
    assert check(file, "the page's").network == network
    logits, _ = onnx_engine.session(file).run(["logits", "probabilities"], {"pictures": pictures})
    mean, std = (np.asarray(one, np.float64).reshape(-1, 1, 1) for one in (spec.mean, spec.std))
    x = ((pictures - mean) / std).astype(np.float32)
    top, left, bottom, right = getattr(network.nodes[0].layer, "place", lambda shape: (0, 0, *shape[1:]))(network.input)
    nodes, labels = page_nodes(network), np.zeros(len(pictures), np.int32)
    found = learn.call(
        "gradients",
        nodes=nodes,
        tensors=weights,
        x=x[:, :, top:bottom, left:right],
        labels=labels,
        kernels="simd",
        smoothing=0,
        training=False,
    )
    ours = found["outputs"][-1].reshape(logits.shape)
    assert np.abs(ours - logits).max() <= 1e-5 * np.abs(logits).max()


def test_so_is_any_network(learn: Learner) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
    @given(networks(), st.data(), st.integers(0, 2**32 - 1))
    def agree(network: Network, data: st.DataObject, seed: int) -> None:
        spec, weights = data.draw(specs(network.input)), random_weights(network, seed)
        python = serialise(network, spec, weights, names(network))
        assert written(learn, asked(network, spec, weights, names(network))) == python

    agree()


def test_names_facts_and_calibration_are_kept(learn: Learner) -> None:
    network, spec, weights, _ = sample("crop((5, 4)) + conv(4, 3) + prelu + fc", (3, 7, 5), 3)
    full = InputSpec(spec.shape, (0.0, 1e-5, 33.33), (1.0, 78.59, 1e5), "crop-bilinear-antialias", "auto", 4095, True)
    classes = ("cat", "강아지", 'a "b"\n\x7f')
    facts: dict[str, object] = {"training": {"seed": 7, "lr": 0.05, "page": True, "start": None}, "notes": ["é", 1e-8]}
    calibration = calibrated(temperature=0.625)
    file = written(learn, asked(network, full, weights, classes, facts, calibration))
    assert file == serialise(network, full, weights, classes, facts, calibration)
    metadata = check(file, "the page's")
    assert (metadata.spec, metadata.classes, metadata.facts) == (full, classes, facts)
    assert metadata.calibration == calibration


@pytest.mark.parametrize("rejects", [False, True])
def test_so_are_weights_in_half_precision(learn: Learner, rejects: bool) -> None:
    network, spec, weights, classes = sample("conv(4, 3) + bn + relu + conv(9, 3) + relu + gap + fc", (1, 28, 28), 3)
    half = ["conv1.weight", "fc1.weight"]
    weights = {name: w.astype("<f2").astype("<f4") if name in half else w for name, w in weights.items()}
    fitted = rejecting(network) if rejects else None
    given = asked(network, spec, weights, classes, rejection=fitted)
    given["halves"] = {name: np.frombuffer(weights[name].astype("<f2").tobytes(), np.uint8) for name in half}
    file = written(learn, given)
    assert file == serialise(network, spec, weights, classes, half=half, rejection=fitted)
    assert check(file, "the page's").half == tuple(half)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("formula", "shape"), READ)
def test_so_is_a_rejection(learn: Learner, formula: str, shape: tuple[int, int, int], frozen: bool) -> None:
    network, spec, weights, classes = sample(formula, shape, 3)
    fitted = rejecting(network, frozen=frozen)
    for calibration in (None, calibrated(temperature=0.625)):
        file = written(learn, asked(network, spec, weights, classes, None, calibration, fitted))
        assert file == serialise(network, spec, weights, classes, None, calibration, rejection=fitted)
    assert check(file, "the page's").rejection == fitted.rejection


def test_directions_that_a_few_pictures_do_not_have_are_zeros(learn: Learner) -> None:
    network, spec, weights, classes = sample("conv(9, 3) + relu + gap + fc", (1, 28, 28), 3)
    fitted, few = rejecting(network), 4
    tensors = {name: values.copy() for name, values in fitted.tensors.items()}
    for name in ("directions", "background", "within", "means"):
        tensors[f"outsider.features.{name}"][:, few:] = 0
        if name in ("background", "within"):
            tensors[f"outsider.features.{name}"][few:] = 0
    whole = Fitted(fitted.rejection, tensors)
    given = asked(network, spec, weights, classes, rejection=whole)
    for name in ("directions", "background", "within", "means"):
        values = tensors[f"outsider.features.{name}"]
        cut = values[:few, :few] if name in ("background", "within") else values[:, :few]
        given["rejection"]["tensors"][f"features.{name}"] = cut.ravel()
    assert written(learn, given) == serialise(network, spec, weights, classes, rejection=whole)


def test_nothing_unusable_is_written(learn: Learner) -> None:
    network, spec, weights, classes = sample()
    bias = weights["fc1.bias"]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"tensors": weights | {"fc1.bias": bias * np.nan}}, r'weights.finite \{"name":"fc1.bias"\}'),
        ({"tensors": weights | {"fc1.bias": bias + np.inf}}, "weights.finite"),
        (
            {"tensors": weights | {"bn1.running_var": np.array([1, -1], np.float32)}},
            "weights.variance.*bn1.running_var",
        ),
        ({"tensors": weights | {"fc1.bias": bias[:1]}}, "weights.shape.*fc1.bias"),
        ({"tensors": weights | {"fc2.bias": bias}}, "weights.names.*fc2.bias"),
        ({"tensors": {}}, "weights.names.*conv1.weight"),
        ({"classes": ["a", "a"]}, 'model.names.twice.*"got":"a"'),
        ({"classes": ["a"]}, 'model.names".*"got":1,"expected":2'),
        ({"input": spec.to_json() | {"shape": [1, 5, 6]}}, "plan.input.*1×5×6"),
        ({"input": spec.to_json() | {"std": [0]}}, "spec.units"),
        ({"input": spec.to_json() | {"mean": []}}, "spec.channels"),
    ]
    for changes, why in cases:
        with pytest.raises(RuntimeError, match=why), np.errstate(invalid="ignore"):
            written(learn, asked(network, spec, weights, classes) | changes)
