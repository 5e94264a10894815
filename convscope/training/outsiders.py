"""The rejection of a finished run: fitted on some of the pictures trained on, and different ones held or left out."""

from __future__ import annotations

import numpy as np

from ..data.dataset import Rows
from ..data.groups import distinct_rows
from ..data.subset import Subset
from ..errors import Phrase, phrase
from ..pictures.input_spec import InputSpec
from ..pictures.preprocessing import which_are_inverted
from ..rejection import Fitted
from ..rejection.fitting import OutOfFold, fit_rejection, spread_rows
from ..rejection.statistics import Pixels
from .parts import Parts
from .workers import Scores


def rejection_of(parts: Parts, spec: InputSpec, scores: Scores | None, left_out: OutOfFold | None) -> Fitted | Phrase:
    """Return the rejection of a network whose logits (n, K) of the held-out pictures are `scores`; or why there is
    none. Training pictures count as held out where they were `left_out`.

    Of pictures that belong together only the first is held out: what is seen twice looks more familiar than what is
    new. Where a thousand pictures would take long, fewer are looked at.
    """
    size = int(np.prod(spec.shape))
    trained = spread_rows(len(parts.train), size)
    pictures = _as_read(parts.train, trained, spec)
    if left_out is not None:
        first = np.isin(trained, distinct_rows(parts.groups(parts.train), len(parts.train)))
        left_out = left_out.take(trained, first)
    if parts.held is not None and scores is not None:
        rows = distinct_rows(parts.groups(parts.held), len(parts.held))
        rows = rows[spread_rows(len(rows), size)]
        return fit_rejection(pictures, _as_read(parts.held, rows, spec), scores[rows], left_out)
    if left_out is not None:
        return fit_rejection(pictures, pictures[:0], left_out.logits[:0], left_out)
    return phrase("rejection.none")


def _as_read(part: Subset, rows: Rows, spec: InputSpec) -> Pixels:
    """Return pictures of a part as the network reads them, uint8 (n, C, H, W)."""
    pictures = np.array(part.images[rows])
    dark = which_are_inverted(spec, pictures)
    pictures[dark] = 255 - pictures[dark]
    return pictures
