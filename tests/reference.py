"""Random weights and pictures for a network, what torch computes of them, and how close a back end must come."""

from __future__ import annotations

import numpy as np
import torch

from convscope.formula import Network
from convscope.nn import Net, build, load_weights
from convscope.pictures.input_spec import InputSpec

Weights = dict[str, np.ndarray]


def random_weights(network: Network, seed: int) -> Weights:
    """Return random weights that keep numbers near 1: variances 0.3 … 2, all else normal, over the root of the
    fan-in."""
    rng, weights = np.random.default_rng(seed), {}
    for node in network.nodes:
        for name, shape in node.weights + node.buffers:
            fan = int(np.prod(shape[1:])) if len(shape) > 1 else 1
            values = rng.uniform(0.3, 2, shape) if name == "running_var" else rng.standard_normal(shape) / fan**0.5
            weights[f"{node.name}.{name}"] = values.astype(np.float32)
    return weights


def random_pictures(network: Network, seed: int, count: int = 3) -> np.ndarray:
    """Return uint8 pictures (count, C, H, W)."""
    return np.random.default_rng(seed).integers(0, 256, (count, *network.input), dtype=np.uint8)


def reference(network: Network, spec: InputSpec, weights: Weights, pictures: np.ndarray) -> list[np.ndarray]:
    """Return every node's output as torch computes it, float32, the last one flat as the logits are."""
    net = load_weights(build(network, spec), weights).eval()
    with torch.no_grad():
        return [y.numpy() for y in net.outputs(torch.from_numpy(pictures))]


def in_float64(network: Network, spec: InputSpec, weights: Weights) -> Net:
    """Return torch's network with double precision, the scaling's numbers too."""
    net = load_weights(build(network, spec), weights).eval().double()
    net.mean, net.std = (torch.tensor(v, dtype=torch.float64).view(-1, 1, 1) for v in (spec.mean, spec.std))
    return net


def assert_agree(
    network: Network, ours: list[np.ndarray], reference: list[np.ndarray], tolerance: float = 1e-4
) -> float:
    """Compare every node's output, each difference relative to that node's largest magnitude; return the largest.

    A failure names the first node that differs, with its shape and by how much. A magnitude counts as a thousandth of
    the largest before it at least: in the tail of a GELU float32 has no digits left.
    """
    worst = largest = 0.0
    assert len(ours) == len(reference) == len(network.nodes)
    for node, got, want in zip(network.nodes, ours, reference, strict=True):
        size = max(float(np.abs(want).max()), largest / 1000, 1e-30)
        largest = max(largest, size)
        where = f"{node.name} ({node.layer}) of {network.plan} on {network.input}"
        assert got.shape == want.shape, f"{where}: shape {got.shape}, expected {want.shape}"
        assert got.dtype == want.dtype == np.float32, where
        difference = float(np.abs(got - want).max() / size)
        assert difference <= tolerance, f"{where}: differs by {difference:.1e} of its largest magnitude"
        worst = max(worst, difference)
    return worst
