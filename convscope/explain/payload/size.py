"""Making a payload small enough: what is left out, in which order, until it fits. The page says what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from .encoding import dumps
from .records import LeftOut, Payload


def reduce_to(payload: Payload, limit: int) -> Payload:
    """Return the payload without what must go for its JSON to have at most `limit` characters, or for nothing more to
    be left that can go.

    What went is named in `left_out` (docs/payload.md). Weights and sample pictures always stay.
    """
    for name, smaller in _reductions():
        if len(dumps(payload)) <= limit:
            break
        reduced = smaller(payload)
        if reduced is not payload:
            payload = replace(reduced, left_out=tuple(dict.fromkeys((*payload.left_out, name))))
    return payload


def _reductions() -> Iterator[tuple[LeftOut, Callable[[Payload], Payload]]]:
    """Yield, in order, what can go and how: each returns the payload itself where there is nothing of it."""
    yield "fewer-patches", lambda p: _keep_patches(p, 6)
    yield "fewer-patches", lambda p: _keep_patches(p, 4)
    yield "snapshot-maps", _drop_snapshot_maps
    yield "fewer-patches", lambda p: _keep_patches(p, 2)
    yield "fewer-mistakes", lambda p: _keep_mistakes(p, 40)
    yield "patches", lambda p: _keep_patches(p, 0)
    yield "fewer-mistakes", lambda p: _keep_mistakes(p, 10)
    yield "snapshots", _drop_snapshots


def _keep_patches(payload: Payload, keep: int) -> Payload:
    """Return the payload with at most `keep` patches at each end of a channel."""
    channels = payload.channels or {}
    if all(len(end) <= keep for cards in channels.values() for card in cards for end in (card.top, card.bottom)):
        return payload
    fewer = {
        node: tuple(replace(card, top=card.top[:keep], bottom=card.bottom[:keep]) for card in cards)
        for node, cards in channels.items()
    }
    return replace(payload, channels=fewer)


def _keep_mistakes(payload: Payload, keep: int) -> Payload:
    errors = payload.errors
    if errors is None or len(errors.mistakes.labels) <= keep:
        return payload
    return replace(payload, errors=replace(errors, mistakes=errors.mistakes.first(keep)))


def _drop_snapshot_maps(payload: Payload) -> Payload:
    run = payload.run
    if run is None or not any(snapshot.maps for snapshot in run.snapshots):
        return payload
    return replace(payload, run=replace(run, snapshots=tuple(replace(s, maps={}) for s in run.snapshots)))


def _drop_snapshots(payload: Payload) -> Payload:
    run = payload.run
    return payload if run is None or not run.snapshots else replace(payload, run=replace(run, snapshots=()))
