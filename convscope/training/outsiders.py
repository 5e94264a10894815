"""The rejection of a finished run: fitted on some of the pictures trained on, and different ones held or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data.dataset import Rows
from ..data.groups import distinct_rows
from ..data.subset import Subset
from ..errors import Phrase, phrase
from ..formula.demand import demand
from ..machine.memory import fitting
from ..pictures.input_spec import InputSpec
from ..pictures.preprocessing import which_are_inverted
from ..rejection import Fitted
from ..rejection.blocks import blocks
from ..rejection.features import Features
from ..rejection.fitting import Folds, Seen, fit_rejection, spread_rows
from ..rejection.mahalanobis import Numbers, averaged
from ..rejection.statistics import Pixels
from ..transfer.choice import known_to_others
from .parts import Parts
from .photographs import are_photographs
from .validation import AT_ONCE, as_tensor, scores

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ..nn import Net


def rejection_of(parts: Parts, net: Net, fold: Rows | None) -> Fitted | Phrase:
    """Return the rejection of a network; or why there is none. Where its features learned nothing of these pictures,
    those trained on count as held out, each left out with its `fold` (N,).

    Of pictures that belong together only the first is held out: what is seen twice looks more familiar than what is
    new. Photographs are often parts of one scene, which are like one another without being copies: their features are
    left out in blocks. Where a thousand pictures would take long, fewer are looked at, but one of each class at least.
    """
    if parts.held is None and fold is None:
        return phrase("rejection.none")
    spec, layout = net.spec, Features.of(net.network)
    size = int(np.prod(spec.shape))
    labels = parts.train.labels
    trained = np.union1d(spread_rows(len(labels), size), np.unique(labels, return_index=True)[1])
    held = np.zeros(0, np.int64)
    if parts.held is not None:
        held = distinct_rows(parts.groups(parts.held), len(parts.held))
        held = held[spread_rows(len(held), size)]
    seen, folds = _seen(parts.train, trained, net, layout), None
    if fold is not None:
        groups = parts.groups(parts.train)
        groups = trained if groups is None else groups[trained]
        alike = fold[trained]
        if are_photographs(parts.train):
            alike = blocks(averaged(seen.features, layout), seen.labels, groups)
        counts = np.isin(np.arange(len(trained)), distinct_rows(groups, len(trained)))
        for kept in (fold[trained], alike):
            counts &= known_to_others(seen.labels, kept)
        folds = Folds(fold[trained], alike, counts)
    return fit_rejection(seen, _seen(parts.held or parts.train, held, net, layout), layout, folds)


def features_of(net: Net, layout: Features, pictures: Pixels) -> Numbers:
    """Return what the last layer with weights reads of pictures uint8 (n, C, H, W): float32 (n, F)."""
    if layout.reader is None:
        mean, std = (np.array(values, np.float32)[:, None, None] for values in (net.spec.mean, net.spec.std))
        scaled: Numbers = (pictures - mean) / std
        return scaled.reshape(len(pictures), -1)
    found: list[Numbers] = []

    def keep(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found.append(inputs[0].flatten(1).float().cpu().numpy())

    size = fitting(demand(net.network).bytes_at_once, AT_ONCE)
    hook = net.get_submodule(layout.reader).register_forward_pre_hook(keep)
    try:
        scores(net, (as_tensor(pictures[i : i + size], net.mean.device) for i in range(0, len(pictures), size)))
    finally:
        hook.remove()
    return np.concatenate(found) if found else np.zeros((0, layout.size), np.float32)


def _seen(part: Subset, rows: Rows, net: Net, layout: Features) -> Seen:
    """Return pictures of a part as the network reads them, with what it makes of them."""
    pictures = as_read(part, rows, net.spec)
    return Seen(pictures, part.labels[rows], features_of(net, layout, pictures))


def as_read(part: Subset, rows: Rows, spec: InputSpec) -> Pixels:
    """Return pictures of a part as the network reads them, uint8 (n, C, H, W)."""
    pictures = np.array(part.images[rows])
    dark = which_are_inverted(spec, pictures)
    pictures[dark] = 255 - pictures[dark]
    return pictures
