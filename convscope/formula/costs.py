"""What a layer learns and what it computes: its tensors, its parameters and how they come about, its MACs."""

from __future__ import annotations

from .layers import FC, BatchNorm, Conv, Layer, PReLU, pair
from .network import Shape, Tensors


def tensors(layer: Layer, shape: Shape, output: Shape) -> tuple[Tensors, Tensors]:
    """Return the (name, shape) of what is learned and of what is kept but not learned."""
    if isinstance(layer, Conv):
        weight = ("weight", (layer.channels, shape[0] // layer.groups, *pair(layer.kernel)))
        return ((weight, ("bias", (layer.channels,))) if layer.bias else (weight,)), ()
    if isinstance(layer, FC):
        return (("weight", (output[0], shape[0])), ("bias", (output[0],))), ()
    if isinstance(layer, BatchNorm):
        c = (shape[0],)
        return (("weight", c), ("bias", c)), (("running_mean", c), ("running_var", c))
    if isinstance(layer, PReLU):
        return (("weight", (1,)),), ()
    return (), ()


def parameters(layer: Layer, shape: Shape, output: Shape) -> tuple[int, str]:
    """Return how many numbers are learned, and the sum that says so: "16 × (1×5×5 + 1) = 416"."""
    if isinstance(layer, Conv):
        kernel = (shape[0] // layer.groups, *pair(layer.kernel))
        total = layer.channels * (_product(kernel) + layer.bias)
        return total, f"{layer.channels} × ({'×'.join(map(str, kernel))}{' + 1' if layer.bias else ''}) = {total:,}"
    if isinstance(layer, FC):
        total = output[0] * (shape[0] + 1)
        return total, f"{output[0]} × ({shape[0]} + 1) = {total:,}"
    if isinstance(layer, BatchNorm):
        return 2 * shape[0], f"2 × {shape[0]} = {2 * shape[0]:,}"
    return (1, "1") if isinstance(layer, PReLU) else (0, "")


def macs(layer: Layer, output: Shape, weights: Tensors) -> int:
    """Return the multiply-adds for one picture: every output of a conv or fc is one sum over its filter's weights."""
    if isinstance(layer, (Conv, FC)):
        return _product(output) * _product(weights[0][1][1:])
    return 0


def _product(numbers: tuple[int, ...]) -> int:
    total = 1
    for n in numbers:
        total *= n
    return total
