"""How a network does on pictures that are brighter, darker, turned, blurred or smaller, at several strengths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluation import wilson
from ..evaluation.intervals import independent
from .part import Part
from .pictures import Pixels, address_of
from .records import Change, Robustness, Strength

if TYPE_CHECKING:
    from ..prediction import Model

MOST = 1_000  # pictures: enough for an interval of three points at most
AT_ONCE = 250  # pictures that are changed at a time

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Alteration:
    """A kind of change and its strengths: what is said of each, and the number that `altered` takes."""

    kind: str
    strengths: tuple[tuple[str, float], ...]


ALTERATIONS = (
    Alteration("brighter", (("× 1.25", 1.25), ("× 1.5", 1.5), ("× 2", 2.0))),
    Alteration("darker", (("× 0.75", 0.75), ("× 0.5", 0.5), ("× 0.25", 0.25))),
    Alteration("turned", (("± 5°", 5.0), ("± 10°", 10.0), ("± 20°", 20.0))),
    Alteration("blurred", (("σ 0.5", 0.5), ("σ 1", 1.0), ("σ 2", 2.0))),
    Alteration("smaller", (("80 %", 0.8), ("60 %", 0.6), ("40 %", 0.4))),
)
PASSES = 1 + sum(len(one.strengths) for one in ALTERATIONS)  # over the pictures


def robustness_of(model: Model, part: Part, progress: Progress | None = None) -> Robustness:
    """Return the accuracy of a model on pictures of a part, as they are and altered: of all, or of 1,000 drawn once.

    `progress` is called with how many of `PASSES` passes are done.
    """
    rows = np.arange(len(part))
    if len(part) > MOST:
        rows = np.sort(np.random.default_rng(0).choice(len(part), MOST, replace=False))
    labels = part.labels[rows]
    worth = float(len(rows)) if part.groups is None else independent(part.groups[rows])
    done = iter(range(1, PASSES + 1))

    def measured(kind: str, strength: float) -> tuple[float, tuple[float, float], str]:
        right, first = 0, ""
        for start in range(0, len(rows), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            pictures = np.stack(list(altered_all(part.pictures.images[rows[some]], kind, strength, start)))
            first = first or address_of(pictures[0])
            right += int((_said(model, pictures) == labels[some]).sum())
        if progress is not None:
            progress(next(done), PASSES)
        share = right / len(rows)
        return share, wilson(share * worth, worth), first

    accuracy, interval, picture = measured("", 0.0)
    changes = tuple(
        Change(one.kind, tuple(Strength(name, *measured(one.kind, strength)) for name, strength in one.strengths))
        for one in ALTERATIONS
    )
    return Robustness(len(rows), accuracy, interval, picture, changes)


def altered(pixels: Pixels, kind: str, strength: float) -> Pixels:
    """Return a picture uint8 (C, H, W) changed: light times `strength`; turned by so many degrees against the clock;
    blurred with that standard deviation in pixels; shrunk to that share of its sides. What comes in from outside is the
    median colour of its edge.

    >>> altered(np.array([[[100, 200]]], np.uint8), "brighter", 1.5).tolist()
    [[[150, 255]]]
    """
    if kind in ("brighter", "darker"):
        lit: Pixels = np.clip(np.rint(pixels * strength), 0, 255).astype(np.uint8)
        return lit
    from PIL import Image, ImageFilter

    image = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    edge = _edge_colour(pixels)
    if kind == "turned":
        image = image.rotate(strength, Image.Resampling.BILINEAR, fillcolor=edge)
    elif kind == "blurred":
        image = image.filter(ImageFilter.GaussianBlur(strength))
    else:
        width, height = image.size
        small = image.resize((max(1, round(width * strength)), max(1, round(height * strength))), Image.Resampling.BOX)
        image = Image.new(image.mode, image.size, edge)
        image.paste(small, ((width - small.width) // 2, (height - small.height) // 2))
    changed: Pixels = np.asarray(image)
    return changed[None] if changed.ndim == 2 else np.ascontiguousarray(changed.transpose(2, 0, 1))


def altered_all(pictures: Pixels, kind: str, strength: float, first: int) -> Iterator[Pixels]:
    """Yield every picture changed; of those to be turned each second one the other way."""
    for number, picture in enumerate(pictures, first):
        sign = -1 if kind == "turned" and number % 2 else 1
        yield altered(picture, kind, sign * strength) if kind else picture


def _edge_colour(pixels: Pixels) -> Any:
    """Return the median colour of the outermost pixels, as Pillow takes one."""
    edge = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    colour = np.median(edge, axis=1).astype(int).tolist()
    return colour[0] if len(colour) == 1 else tuple(colour)


def _said(model: Model, pictures: Pixels) -> np.ndarray[Any, Any]:
    """Return the class that the model says of each picture, read by its own rule."""
    from ..pictures.preprocessing import preprocess_stack

    read, _ = preprocess_stack(model.spec, pictures)
    found: np.ndarray[Any, Any] = model.predictor.run(read)[0].argmax(1)
    return found
