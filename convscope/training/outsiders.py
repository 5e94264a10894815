"""The rejection of a finished run: fitted on some of the pictures trained on, and the different ones held out."""

from __future__ import annotations

import numpy as np

from ..data.dataset import Rows
from ..data.subset import Subset
from ..errors import Phrase, phrase
from ..pictures.input_spec import InputSpec
from ..pictures.preprocessing import which_are_inverted
from ..rejection import Fitted
from ..rejection.fitting import distinct_rows, fit_rejection, spread_rows
from ..rejection.statistics import Pixels
from .parts import Parts
from .workers import Scores


def rejection_of(parts: Parts, spec: InputSpec, scores: Scores | None) -> Fitted | Phrase:
    """Return the rejection of a network whose logits (n, K) of the held-out pictures are `scores`; or why there is
    none.

    Of pictures that belong together only the first is held out: what is seen twice looks more familiar than what is
    new. Where a thousand pictures would take long, fewer are looked at.
    """
    if parts.held is None or scores is None:
        return phrase("rejection.none")
    size = int(np.prod(spec.shape))
    rows = distinct_rows(parts.groups(parts.held), len(parts.held))
    rows = rows[spread_rows(len(rows), size)]
    trained_on = _as_read(parts.train, spread_rows(len(parts.train), size), spec)
    return fit_rejection(trained_on, _as_read(parts.held, rows, spec), scores[rows])


def _as_read(part: Subset, rows: Rows, spec: InputSpec) -> Pixels:
    """Return pictures of a part as the network reads them, uint8 (n, C, H, W)."""
    pictures = np.array(part.images[rows])
    dark = which_are_inverted(spec, pictures)
    pictures[dark] = 255 - pictures[dark]
    return pictures
