"""Hard examples: those that a linear classifier of shrunk pictures gets right by the least margin, or wrong.

An epoch that ends early cannot show every picture, and easy ones teach little (Sorscher et al. 2022, "Beyond neural
scaling laws", section 3: where data is plenty, keep the hard). But pictures that are hard for everybody teach little
too, so enough of those that the classifier gets right are always among them; where it gets a quarter of all pictures
wrong, that is every picture, and nothing is preferred. The classifier is solved for, not trained.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

MOST_WRONG = 1 / 4  # of the pictures that are drawn from: more of the classifier's errors do harm (docs/log.md)
LEAST = 1 / 3  # of an epoch: where less is seen of it, the hardest of all are no fair sample
SOLVED_ON = 10_000  # pictures, evenly spaced: more change nothing that a training shows (docs/log.md)
PART = 1000  # pictures at a time: what is in work stays small, however many there are
RIDGE = 1e-3  # of the features' mean energy: what the weights are pulled towards 0 with


def move_hard_to_front(order: Tensor, margins: Tensor, shown: int, spare: float) -> Tensor:
    """Return an epoch's `order` (N,) with the hardest in front: `spare` times as many as the `shown` that will be seen,
    and more where else more than MOST_WRONG of them had a margin of 0 or less.

    The hard ones and the others each stay in the order they were in: what is shown is a random draw from the hard
    ones.
    """
    wrong = int((margins <= 0).sum())
    pool = min(len(order), max(round(spare * shown), round(wrong / MOST_WRONG)))
    hard = torch.zeros(len(order), dtype=torch.bool)
    hard[margins.argsort(stable=True)[:pool]] = True
    chosen = hard.to(order.device)[order]
    return torch.cat([order[chosen], order[~chosen]])


def margins(images: Tensor, labels: Tensor, rows: Tensor, classes: int) -> Tensor:
    """Return the margins (n,) of the pictures at `rows` (n,) of uint8 (N, C, H, W): the score of each one's class less
    the best other.

    Scores are those of ridge regression onto the classes (one is 1, the others 0) from the means of 2×2 pixels and a
    constant, solved for on every n-th of the pictures, so that it sees no more than 20,000.
    """
    every = max(1, len(rows) // SOLVED_ON)
    energy = moments = torch.zeros(())
    for x, y in _parts(images, labels, rows[::every], classes):
        energy, moments = energy + x.T @ x, moments + x.T @ y
    pull = RIDGE * energy.diagonal().mean() * torch.eye(len(energy))
    weights = torch.linalg.solve(energy + pull, moments)  # (features, classes)
    found = []
    for x, y in _parts(images, labels, rows, classes):
        scores, own = x @ weights, y.bool()
        found.append(scores[own] - scores.masked_fill(own, -torch.inf).amax(1))
    return torch.cat(found)


def _parts(images: Tensor, labels: Tensor, rows: Tensor, classes: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield features (B, F) and targets (B, classes) of some of the pictures at `rows` at a time, on the CPU."""
    for part in (rows[i : i + PART] for i in range(0, len(rows), PART)):
        x = _halved(_halved(images[part].cpu().to(torch.int16), 2), 3).flatten(1).float() / 1020
        x = torch.cat([x, torch.ones(len(x), 1)], 1)
        yield x, functional.one_hot(labels[part].cpu(), classes).float()


def _halved(x: Tensor, dim: int) -> Tensor:
    """Return sums of two neighbours along a dimension, without an odd one at its end; a side of 1 stays."""
    half = x.shape[dim] // 2
    if not half:
        return x
    pairs = x.narrow(dim, 0, 2 * half).movedim(dim, -1)
    return (pairs[..., ::2] + pairs[..., 1::2]).movedim(-1, dim)
