"""What a network asks of a machine for one picture, from its shapes alone: before anything is allocated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .geometry import Shape
from .network import Network

BLOCK = 16  # ONNX Runtime lays the channels of convolved maps out in blocks of up to 16 (AVX-512)
PICTURE_BYTES = 9  # a number of the picture as uint8, as float32 and scaled


@dataclass(frozen=True, slots=True)
class Demand:
    """For one picture: bytes that are in use at a time, numbers that all layers make together, multiply-adds."""

    bytes_at_once: int
    numbers: int
    macs: int


def demand(network: Network) -> Demand:
    """Return what one picture takes in float32: the most that is alive at a time, a layer's output until it is last
    read, blocks of channels filled up.

    >>> demand(trace(parse("conv(16, 5) + relu"))).bytes_at_once  # two maps of 16×24×24 and the picture
    80784
    """
    last, alive, most = network.last_readers, dict[int, int](), 0
    for i, node in enumerate(network.nodes):
        alive[i] = _blocked(node.output)
        most = max(most, sum(alive.values()))
        alive = {made: size for made, size in alive.items() if last.get(made, -1) > i}
    numbers = sum(math.prod(node.output) for node in network.nodes)
    return Demand(4 * most + PICTURE_BYTES * math.prod(network.input), numbers, network.macs)


def _blocked(shape: Shape) -> int:
    channels, rows, columns = shape
    return channels if (rows, columns) == (1, 1) else -(-channels // BLOCK) * BLOCK * rows * columns
