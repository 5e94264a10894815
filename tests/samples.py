"""Small model files for tests, made without training."""

from __future__ import annotations

from convscope.formula import Network, parse, trace
from convscope.modelfile import serialise
from convscope.pictures.input_spec import InputSpec
from tests.reference import Weights, random_weights

TINY = "conv(2, 3) + bn + leaky_relu + gap + fc"


def sample(
    formula: str = TINY, shape: tuple[int, int, int] = (1, 6, 5), classes: int = 2, invert: str = "no", seed: int = 0
) -> tuple[Network, InputSpec, Weights, tuple[str, ...]]:
    """Return what `modelfile.write` takes: network, input, random weights and class names."""
    network = trace(parse(formula), shape, classes)
    spec = InputSpec(shape, (33.0,) * shape[0], (78.0,) * shape[0], "pad-bilinear-antialias", invert)
    return network, spec, random_weights(network, seed), tuple(f"class {k}" for k in range(classes))


def sample_bytes(
    formula: str = TINY, shape: tuple[int, int, int] = (1, 6, 5), classes: int = 2, **options: object
) -> bytes:
    """Return the bytes of such a model file."""
    return serialise(*sample(formula, shape, classes, **options), {"test": {"accuracy": 0.5}})  # type: ignore[arg-type]
