"""A step backwards: one kernel in front of softmax and cross-entropy, forward, its gradient, and one step.

The smallest convolutional network that has every part of a large one: a kernel and its bias slide over a picture, an
activation, a pooling over all places, a score a class, softmax, −ln p. Only the kernel and its bias learn.

    >>> network = KernelNetwork(kernel=[[0.5, 0.0], [0.0, 0.5]], bias=0.0, weights=(2.0, -2.0), offsets=(-1.0, 1.0))
    >>> picture = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    >>> forward = forward_pass(network, picture)
    >>> forward.sums, forward.pooled, forward.scores, forward.probabilities
    ([[1.0, 0.0], [0.0, 1.0]], 1.0, [1.0, -1.0], [0.8807970779778823, 0.11920292202211755])
    >>> gradient = backward_pass(network, picture, 0)
    >>> [round(g, 4) for g in gradient.scores], round(gradient.pooled, 4)              # p − y, then Σ (p − y)·w
    ([-0.1192, 0.1192], -0.4768)
    >>> [[round(g, 4) for g in row] for row in gradient.kernel]                        # Σ of that · pixel
    [[-0.4768, 0.0], [0.0, -0.4768]]

The same in JavaScript: page/js/lab/sums/backpropagation.js, chapter 11 of the lab.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from ..errors import UsageError, phrase
from .activations import leaky_relu, leaky_relu_slope, sigmoid, sigmoid_slope
from .convolution import Table, convolve
from .information import softmax

ACTIVATIONS = ("relu", "leaky", "sigmoid")
POOLS = ("max", "mean")


class KernelNetwork(NamedTuple):
    """A kernel and its bias, an activation, a pooling over all places, and a linear score a class.

    The score of class k is weights[k] · pooled + offsets[k]. `slope` is that of "leaky" left of 0.
    """

    kernel: Table
    bias: float
    weights: Sequence[float]
    offsets: Sequence[float]
    activation: str = "relu"
    pool: str = "max"
    slope: float = 0.1


class Forward(NamedTuple):
    """What each part makes of a picture, front to back."""

    sums: Table  # of pixel × weight, and the bias
    active: Table  # after the activation
    pooled: float
    scores: list[float]
    probabilities: list[float]


class Backward(NamedTuple):
    """The loss of a picture, and its derivative by what each part made, back to front, and by kernel and bias."""

    loss: float
    scores: list[float]
    pooled: float
    active: Table
    sums: Table
    kernel: Table
    bias: float


class KernelGradient(NamedTuple):
    """The mean loss of a batch, and its derivatives by the kernel and by the bias."""

    loss: float
    kernel: Table
    bias: float


def forward_pass(network: KernelNetwork, picture: Table) -> Forward:
    """Return what every part of the network makes of a picture.

    Raises UsageError for tables that are none, a kernel larger than the picture, or an activation or pooling of no
    such name.
    """
    for name, got, known in (("activation", network.activation, ACTIVATIONS), ("pool", network.pool, POOLS)):
        if got not in known:
            raise UsageError("value.choice", name=name, got=got, expected=", ".join(known))
    sums = [[value + network.bias for value in row] for row in convolve(picture, network.kernel)]
    if not sums or not sums[0]:
        size, most = f"{len(network.kernel)}×{len(network.kernel[0])}", f"{len(picture)}×{len(picture[0])}"
        raise UsageError("value.large", name="kernel", got=size, expected=phrase("value.most", n=most))
    active = [[_activation(network, value)[0] for value in row] for row in sums]
    flat = [value for row in active for value in row]
    pooled = max(flat) if network.pool == "max" else sum(flat) / len(flat)
    scores = [w * pooled + c for w, c in zip(network.weights, network.offsets, strict=True)]
    return Forward(sums, active, pooled, scores, softmax(scores))


def softmax_gradient(scores: Sequence[float], target: int) -> list[float]:
    """Return d (−ln p of the target) / d score, class by class: p − 1 for the target, p for every other.

    >>> softmax_gradient([0.0, 0.0], 0)
    [-0.5, 0.5]
    """
    return [p - (k == target) for k, p in enumerate(softmax(scores))]


def kernel_gradient(picture: Table, back: Table) -> Table:
    """Return d loss / d kernel from d loss / d sum of every place: each weight's is Σ (d loss / d sum) · its pixel.

    That is a convolution too: of the picture with `back`, the gradient of the sums.

    >>> kernel_gradient([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[10, 0], [0, 1]])
    [[15, 26], [48, 59]]
    """
    return convolve(picture, back)


def backward_pass(network: KernelNetwork, picture: Table, target: int) -> Backward:
    """Return the loss −ln p of the target class for one picture, and its derivative by every number on the way back.

    Each is the one after it times the slope between the two (the chain rule). Raises what `forward_pass` raises, and
    UsageError for a target that is no class.
    """
    if not 0 <= target < len(network.weights):
        within = phrase("value.range.whole", low=0, high=len(network.weights) - 1)
        raise UsageError("value.range", name="target", got=target, expected=within)
    forward = forward_pass(network, picture)
    by_scores = softmax_gradient(forward.scores, target)
    by_pooled = sum(g * w for g, w in zip(by_scores, network.weights, strict=True))
    shares = _shares(network.pool, forward.active)
    by_active = [[by_pooled * share + 0.0 for share in row] for row in shares]
    by_sums = [
        [g * _activation(network, value)[1] + 0.0 for g, value in zip(*rows, strict=True)]
        for rows in zip(by_active, forward.sums, strict=True)
    ]
    loss = _cross_entropy(forward.scores, target)
    bias = sum(sum(row) for row in by_sums)
    return Backward(loss, by_scores, by_pooled, by_active, by_sums, kernel_gradient(picture, by_sums), bias)


def batch_gradient(network: KernelNetwork, pictures: Sequence[Table], targets: Sequence[int]) -> KernelGradient:
    """Return the mean of the losses of a batch and the mean of their gradients."""
    backs = [backward_pass(network, one, target) for one, target in zip(pictures, targets, strict=True)]
    count = len(backs)
    rows, columns = len(network.kernel), len(network.kernel[0])
    kernel = [[sum(b.kernel[y][x] for b in backs) / count for x in range(columns)] for y in range(rows)]
    return KernelGradient(sum(b.loss for b in backs) / count, kernel, sum(b.bias for b in backs) / count)


def kernel_step(network: KernelNetwork, gradient: KernelGradient, rate: float) -> KernelNetwork:
    """Return the network one step of gradient descent later: w − rate · d loss / d w, for kernel and bias."""
    rows = zip(network.kernel, gradient.kernel, strict=True)
    kernel = [[w - rate * g for w, g in zip(*row, strict=True)] for row in rows]
    return network._replace(kernel=kernel, bias=network.bias - rate * gradient.bias)


def predicted_change(gradient: KernelGradient, rate: float) -> float:
    """Return by how much one step changes the loss if the loss were straight: −rate · ‖gradient‖².

    >>> predicted_change(KernelGradient(0.7, [[3.0]], 4.0), 0.1)
    -2.5
    """
    return -rate * (sum(g * g for row in gradient.kernel for g in row) + gradient.bias**2)


def nudged_gradient(
    network: KernelNetwork, pictures: Sequence[Table], targets: Sequence[int], at: tuple[int, int] | None, by: float
) -> float:
    """Return (L₊ − L₋) / 2h for the weight at (row, column) of the kernel, the bias for None: the gradient by trying.

    L₊ and L₋ are the mean losses with that one number larger and smaller by h = `by`.
    """
    losses = []
    for h in (by, -by):
        kernel = [[w + h * ((y, x) == at) for x, w in enumerate(row)] for y, row in enumerate(network.kernel)]
        tried = network._replace(kernel=kernel, bias=network.bias + h * (at is None))
        losses.append(batch_gradient(tried, pictures, targets).loss)
    return (losses[0] - losses[1]) / (2 * by)


def _activation(network: KernelNetwork, value: float) -> tuple[float, float]:
    """Return what the activation makes of a sum, and its slope there."""
    if network.activation == "sigmoid":
        return sigmoid(value), sigmoid_slope(value)
    slope = network.slope if network.activation == "leaky" else 0.0
    return leaky_relu(value, slope) + 0.0, leaky_relu_slope(value, slope)


def _shares(pool: str, active: Table) -> Table:
    """Return d pooled / d each: 1 for the first of the largest and 0 for the rest, or an equal share for all."""
    flat = [value for row in active for value in row]
    if pool == "mean":
        return [[1 / len(flat)] * len(row) for row in active]
    winner, width = flat.index(max(flat)), len(active[0])
    return [[float(y * width + x == winner) for x in range(width)] for y in range(len(active))]


def _cross_entropy(scores: Sequence[float], target: int) -> float:
    """Return −ln p of the target, finite however small p is."""
    largest = max(scores)
    return log(sum(exp(score - largest) for score in scores)) - (scores[target] - largest)
