"""How often each channel answers, over a data set and by class, and which of them are dead or saturated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from ..evaluation.health import MOST, Array, Counts, activation_after, by_channel, count_near, places
from ..formula import Layer, Network

Shares = np.ndarray[Any, np.dtype[np.float64]]
State = Literal["ok", "dead", "saturated", "always-on"]


@dataclass(frozen=True, eq=False)
class Activity:
    """Figures of one node's F channels over `n` pictures of K classes.

    `active` (F,) and `by_class` (F, K): the share of values that are above 0 (sigmoid: 0.5) after the activation that
    follows; NaN for a class without pictures. `state` (F,): "ok", "dead", "saturated" or "always-on".
    """

    n: int
    after: str  # the node whose values were counted
    active: Shares
    by_class: Shares
    state: tuple[State, ...]


class ActivityCounter:
    """Counts how often a node's channels answer, batch by batch; `result` gives the figures."""

    def __init__(self, network: Network, index: int, classes: int) -> None:
        self.index = activation_after(places(network), index)
        node = network.nodes[self.index]
        self.name, self.layer = node.name, node.layer
        self.values = int(np.prod(node.output[1:]))  # of one channel for one picture
        self.active = np.zeros((node.output[0], classes), np.int64)
        self.near = np.zeros(node.output[0], np.int64)  # an end
        self.pictures = np.zeros(classes, np.int64)
        self.n = 0

    def add(self, outputs: Array, labels: Counts) -> None:
        """Count one batch, (N, F, h, w) or (N, F), of pictures with these labels (N,)."""
        values = by_channel(outputs)
        np.add.at(self.active.T, labels, (values > self.layer.active_above).sum(2))
        self.pictures += np.bincount(labels, minlength=len(self.pictures))
        self.n += len(labels)
        self.near += count_near(values, self.layer.ends)

    def result(self) -> Activity:
        """Return the figures over all batches; shares are NaN where there was no picture."""
        total = self.n * self.values
        share = self.active.sum(1) / total if total else np.full(len(self.active), np.nan)
        with np.errstate(invalid="ignore"):
            by_class = self.active / (self.pictures * self.values)
        ends = self.near / max(1, total)
        states: tuple[State, ...] = tuple(
            state(self.layer, float(a), float(e)) if total else "ok" for a, e in zip(share, ends, strict=True)
        )
        return Activity(self.n, self.name, share, by_class, states)


def state(layer: Layer, active: float, ends: float) -> State:
    """Return what a channel before `layer` is: `active` share of its values above 0, `ends` share near an end.

    >>> state(ReLU(), 0.0, 0.0), state(ReLU(), 1.0, 0.0), state(Tanh(), 0.5, 0.995)
    ('dead', 'always-on', 'saturated')
    """
    if layer.ends and ends >= MOST:
        return "saturated"
    if layer.zero_below and active == 0:
        return "dead"
    return "always-on" if layer.zero_below and active == 1 and ends == 0 else "ok"


def to_array(output: Tensor) -> Array:
    """Return an output as float32, wherever it was computed."""
    return output.detach().to("cpu", torch.float32).numpy()
