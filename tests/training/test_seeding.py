"""Orders and seeds follow from what they are for."""

from __future__ import annotations

import torch

from convscope.training.seeding import derive_seed, permutation


def test_every_picture_is_shown_once_an_epoch_in_an_order_of_its_own() -> None:
    orders = [permutation(100, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all(sorted(o.tolist()) == list(range(100)) for o in orders)
    assert len({tuple(o.tolist()) for o in orders}) == 4
    assert torch.equal(permutation(100, 1, 1), orders[3])
    parts = {derive_seed(*p) for p in ((0,), (0, 0), (0, 1), (1, 0), (0, 0, 0), (256,), (2**40, 1))}
    assert len(parts) == 7
    assert all(0 <= p < 2**63 for p in parts)
