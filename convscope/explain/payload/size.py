"""Making a payload small enough: what is left out, in which order, until it fits. The page says what it lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from .encoding import Array, ScaledBytes, dumps, encode, encoded_size
from .records import LeftOut, Payload


def reduce_to(payload: Payload, limit: int) -> Payload:
    """Return the payload without what must go for its JSON to have at most `limit` characters, or for nothing more to
    be left that can go.

    What went is named in `left_out` (docs/payload.md). Weights have their own four fifths (`travel.py`).
    """
    for name, smaller in _reductions():
        if characters(payload) <= limit:
            break
        reduced = smaller(payload)
        if reduced is not payload:
            payload = replace(reduced, left_out=tuple(dict.fromkeys((*payload.left_out, name))))
    return payload


def characters(payload: Payload) -> int:
    """Return how many characters the payload's JSON has; of its weights only their sizes are asked."""
    second = payload.against
    bare = replace(payload, tensors={}, against=None if second is None else replace(second, tensors={}))
    all_tensors = (payload.tensors, {} if second is None else second.tensors)
    return len(dumps(bare)) + sum(max(0, sum(map(_entry_characters, t.items())) - 1) for t in all_tensors)  # no comma


def _entry_characters(entry: tuple[str, Array | ScaledBytes]) -> int:
    """Return the characters of one tensor: its name, its shape, its numbers."""
    name, t = entry
    empty = encode(np.zeros((0,), t.dtype)) if isinstance(t, np.ndarray) else replace(t, factors="", data="")
    return encoded_size(t) + len(json.dumps(name)) + len(dumps(replace(empty, shape=t.shape))) + 2


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
    yield "class-shares", _drop_class_shares
    for keep in (10, 5, 2, 1):
        yield "samples", partial(_keep_samples, keep=keep)
    yield "fewer-mistakes", lambda p: _keep_mistakes(p, 0)
    yield "channels", _drop_channels
    yield "maps", _drop_largest_maps


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


def _drop_class_shares(payload: Payload) -> Payload:
    channels = payload.channels or {}
    if all(card.by_class is None for cards in channels.values() for card in cards):
        return payload
    less = {node: tuple(replace(card, by_class=None) for card in cards) for node, cards in channels.items()}
    return replace(payload, channels=less)


def _keep_samples(payload: Payload, keep: int) -> Payload:
    if len(payload.samples.labels) <= keep:
        return payload
    maps = None if payload.maps is None else {name: made[:keep] for name, made in payload.maps.items()}
    second = payload.against
    fewer = None if second is None else replace(second, logits=second.logits[:keep])
    return replace(payload, samples=payload.samples.first(keep), maps=maps, against=fewer)


def _drop_channels(payload: Payload) -> Payload:
    return payload if payload.channels is None else replace(payload, channels=None, channels_of=None)


def _drop_largest_maps(payload: Payload) -> Payload:
    """Return the payload without its largest maps of opaque nodes; half of their characters stay."""
    maps = dict(payload.maps or {})
    most = sum(map(encoded_size, maps.values())) // 2
    if not maps:
        return payload
    for name in sorted(maps, key=lambda name: -encoded_size(maps[name])):
        if sum(map(encoded_size, maps.values())) <= most:
            break
        del maps[name]
    return replace(payload, maps=maps)
