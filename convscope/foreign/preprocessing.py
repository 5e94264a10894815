"""How pictures become what a foreign graph reads, from what was asked and what is known of it. It is always said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Phrase, UsageError, phrase
from ..pictures.input_spec import InputSpec
from ..pictures.resizing import CROP_RULE, RESIZE_RULE
from .reading import Foreign

RANGES = {"0-1": (0.0, 1.0), "0-255": (0.0, 255.0), "-1-1": (-1.0, 1.0)}
PHOTOGRAPH = 96  # rows and columns from which on a network of three channels is taken to read the middle of photographs


@dataclass(frozen=True)
class Asked:
    """What the user says: `mean` and `std` (one number, or one a channel) act on numbers within `range`; `bgr`: the
    channels stand in the order blue, green, red, those of `mean` and `std` too. None where nothing is said.
    """

    mean: Sequence[float] | float | None = None
    std: Sequence[float] | float | None = None
    range: str | None = None
    bgr: bool = False

    def __post_init__(self) -> None:
        if self.range is not None and self.range not in RANGES:
            raise UsageError("foreign.range", got=self.range, expected=", ".join(RANGES))


def reading_spec(file: Foreign, asked: Asked) -> tuple[InputSpec, tuple[Phrase, ...]]:
    """Return how pictures (0…255) become what the graph reads, and the sentences that say so and how it is known."""
    c, facts = file.shape[0], file.facts
    said = [name for name in ("mean", "std", "range") if getattr(asked, name) is not None]
    mean, std = (_channels(v, c, name) for v, name in ((asked.mean, "mean"), (asked.std, "std")))
    low, high = RANGES[asked.range or "0-1"]
    known = "foreign.scaled.asked" if said else ""
    if not said and file.reads_bytes:
        low, high, known = 0.0, 255.0, "foreign.scaled.bytes"
    elif not said and len(facts.mean) == c == len(facts.std):
        mean, std, known = facts.mean, facts.std, "foreign.scaled.sidecar"
    elif not said and max(file.std) >= 2:
        low, high, known = 0.0, 255.0, "foreign.scaled.within"
    mean, std = mean or (0.0,) * c, std or (1.0,) * c
    if asked.bgr:
        mean, std = mean[::-1], std[::-1]
    unit = 255 / (high - low)
    middle, scale = tuple((m - low) * unit for m in mean), tuple(s * unit for s in std)
    rule = CROP_RULE if c == 3 and min(file.shape[1:]) >= PHOTOGRAPH else RESIZE_RULE
    spec = InputSpec(file.shape, middle, scale, rule if c in (1, 3) else "")
    words = {
        "order": "BGR" if asked.bgr else {1: phrase("foreign.grey"), 3: "RGB"}.get(c, phrase("foreign.channels")),
        "shape": "×".join(map(str, file.shape)),
        "range": f"{low:g}…{high:g}",
        "mean": _short(mean[::-1] if asked.bgr else mean),
        "std": _short(std[::-1] if asked.bgr else std),
        "source": facts.source,
        "cut": phrase("foreign.cut.middle" if rule == CROP_RULE else "foreign.cut.whole"),
    }
    return spec, (phrase(known or "foreign.scaled.guess", **words), *file.guess)


def within(spec: InputSpec, file: Foreign) -> InputSpec:
    """Return how pictures become what the first layer reads: with the scaling that the graph itself does."""
    mean, std = (v[::-1] if file.bgr else v for v in (file.mean, file.std))
    middle = tuple(m + a * s for m, s, a in zip(spec.mean, spec.std, mean, strict=True))
    scale = tuple(s * b for s, b in zip(spec.std, std, strict=True))
    return InputSpec(spec.shape, middle, scale, spec.resize, spec.invert)


def _channels(value: Sequence[float] | float | None, channels: int, name: str) -> tuple[float, ...]:
    if value is None:
        return ()
    numbers = (float(value),) * channels if isinstance(value, (int, float)) else tuple(map(float, value))
    numbers = numbers * channels if len(numbers) == 1 else numbers
    if len(numbers) != channels:
        raise UsageError("spec.channels", name=name, got=numbers, expected=f"{channels}")
    return numbers


def _short(values: tuple[float, ...]) -> str:
    shown = [f"{value:.4g}" for value in values]
    return shown[0] if len(set(shown)) == 1 else f"({', '.join(shown)})"
