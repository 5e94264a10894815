"""A training that begins with another network's weights, and one that is over with its new head."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..data.subset import Subset
from ..errors import Phrase, phrase
from ..formula import parse
from ..runs.records import EpochLine, Figures, StepLine
from ..transfer.head import losses
from ..transfer.rows import TapRows
from ..transfer.start import Body, headed
from ..transfer.taps import taps_of
from .context import RunContext
from .settings import RunSettings
from .starting import fit_head
from .validation import LabelledImages, figures

if TYPE_CHECKING:
    from ..nn import Net
    from .prepared import Prepared
    from .snapshots import Sample
    from .state import State


def begin_with(state: State, settings: RunSettings, body: Body, train: Subset, context: RunContext) -> Figures | None:
    """Give a training its first weights: the body's, and a head fitted to the training pictures where it is new. Return
    what the new head makes of them, None where there is none.

    The same pictures give the same bits on the same machine.
    """
    start = settings.start
    assert start is not None
    began, head, figures_of_head = time.monotonic(), None, None
    if start.taps:
        tapped = TapRows(body, taps_of(body.network))  # all of them, as they were computed when these were chosen
        head, features = fit_head(start, tapped, train, len(settings.classes), settings.seed, context)
        scores = head.scores(features)
        right = float((scores.argmax(1) == train.labels).mean())
        figures_of_head = Figures(right, float(losses(scores, train.labels).mean()))
    _, weights = headed(body, parse(settings.formula), settings.classes, head)
    state.begin_with({**state.net.weights(), **weights})
    state.seconds = time.monotonic() - began
    return figures_of_head


def keep_better(made: Prepared, state: State, body: Body, context: RunContext) -> tuple[Phrase, ...]:
    """Where the new head alone recognises the pictures held out better than the network that was trained whole, give
    the state that network back, and return the sentence that says so. The head is fitted again, to the same bits.
    """
    settings, held_out = made.settings, made.held_out
    if settings.start is None or settings.start.tune != "all" or not settings.start.taps or held_out is None:
        return ()
    alone = made.initial()
    begin_with(alone, settings, body, made.parts.train, context)
    head, tuned = (_recognised(one.result, settings, held_out, context) for one in (alone, state))
    if tuned >= head:
        return ()
    state.begin_with(alone.net.weights())
    plain = settings.balance == "none"
    return (
        phrase(
            "note.tune.head" if plain else "note.tune.head.balanced",
            head=f"{100 * head:.2f}",
            tuned=f"{100 * tuned:.2f}",
        ),
    )


def head_alone(state: State, settings: RunSettings, held_out: LabelledImages, context: RunContext) -> Phrase:
    """Return the sentence on what a new head recognises before everything is trained."""
    accuracy = _recognised(state.result, settings, held_out, context)
    plain = settings.balance == "none"
    return phrase(
        "note.tune" if plain else "note.tune.balanced", accuracy=f"{100 * accuracy:.2f}", n=f"{len(held_out.labels):,}"
    )


def _recognised(net: Net, settings: RunSettings, held_out: LabelledImages, context: RunContext) -> float:
    """Return the accuracy on pictures held out, 0…1; balanced where classes are made to count the same."""
    found = held_out.evaluate(net, context.workers)
    return found.accuracy if settings.balance == "none" else found.balanced_accuracy


def log_head(
    state: State,
    train: Figures,
    held_out: LabelledImages | None,
    sample: Sample | None,
    context: RunContext,
) -> None:
    """Count the fitted head as the one step of its training, and write what came of it, with a checkpoint."""
    validation = None if held_out is None else figures(held_out.evaluate(state.result, context.workers))
    state.step, seconds = 1, round(state.seconds, 3)
    lines = (
        StepLine(1, 1.0, train.loss, train.loss, train.accuracy, 0.0, seconds),
        EpochLine(1, 1.0, train, validation, seconds),
    )
    if context.run is not None:
        for line in lines:
            context.run.append(line)
        if sample is not None:
            context.run.write_snapshot(sample.take(state.result, 1))
        context.run.write_checkpoint(state.checkpoint())
    context.log(*lines)
