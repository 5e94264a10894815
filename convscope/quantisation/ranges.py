"""How large the values of a network get on pictures: the lowest and the highest number of each that 8 bits round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..modelfile import ModelFile, graph
from ..prediction.inner_values import inner_values

if TYPE_CHECKING:
    from ..pictures.preprocessing import Pixels


def ranges_of(file: ModelFile, pictures: Pixels) -> dict[str, tuple[float, float]]:
    """Return the range of each value that a quantised file of the same network rounds, over `pictures` (N, C, H, W)."""
    found: dict[str, tuple[float, float]] = {}
    for made in inner_values(file, graph.layout(file.network).own, pictures):
        for name, values in made.items():
            low, high = found.get(name, (0.0, 0.0))
            found[name] = min(low, float(values.min())), max(high, float(values.max()))
    return found
