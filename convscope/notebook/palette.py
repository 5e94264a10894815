"""Colours of numbers, those of the page's light palettes (page/js/kit/palette.js): zero lies in the middle."""

from __future__ import annotations

from .png import Colour

STOPS: dict[str, tuple[str, ...]] = {
    "activations": ("#2f7cbb", "#6aa7d6", "#b9d5ea", "#faf7f0", "#f2bd7f", "#c4620f", "#4a1c00"),
    "weights": ("#9a5fba", "#b98fd0", "#dcc8e6", "#faf7f0", "#a3d09f", "#3d8f4a", "#05350f"),
    "grey": ("#000000", "#000000", "#000000", "#000000", "#555555", "#aaaaaa", "#ffffff"),
}
"""From −1 to 1: blue to orange, purple to green, and for pictures, which have nothing below 0, black to white."""
MIDDLE = 128  # the number of the colour of 0; that of −1 is 1, of 1 is 255, and 0 is no colour


def colours(scale: str) -> list[Colour]:
    """Return the 256 colours of a scale: the first stands for none, the others go from −1 to 1."""
    stops = [_channels(stop) for stop in STOPS[scale]]
    found: list[Colour] = [(0, 0, 0)]
    for number in range(1, 256):
        at = (number - 1) / 254 * (len(stops) - 1)
        below = min(int(at), len(stops) - 2)
        low, high = stops[below], stops[below + 1]
        red, green, blue = (round(a + (b - a) * (at - below)) for a, b in zip(low, high, strict=True))
        found.append((red, green, blue))
    return found


def _channels(stop: str) -> Colour:
    return int(stop[1:3], 16), int(stop[3:5], 16), int(stop[5:7], 16)
