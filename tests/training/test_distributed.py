"""A group of processes: its means and sums, its shards of a batch, and what the first of them says to all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from convscope.errors import InputError
from convscope.training.distributed import WorkerGroup, mean_in_rank_order
from convscope.training.workers import Launch
from tests.toys import small


@pytest.fixture
def lonely_gloo() -> Iterator[None]:
    """A gloo group of this process alone, whose sums are what goes in."""
    group = torch.distributed
    group.init_process_group("gloo", store=group.HashStore(), rank=0, world_size=1)
    yield
    group.destroy_process_group()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradients_keep_every_number_at_its_place(lonely_gloo: None, layout: torch.memory_format) -> None:
    """With one process the mean is the gradient itself, whatever the layout in memory."""
    ours, plain = (small("conv(8, 3) + bn + relu + conv(5, 3) + fc").to(memory_format=layout) for _ in range(2))
    group = WorkerGroup(Launch(0, 1, 0, 1, 0, ""), torch.device("cpu"))
    model = group.wrap(ours)
    x = torch.randint(256, (6, 1, 8, 8), dtype=torch.uint8)
    for _ in range(3):  # buckets are laid out anew after the first
        for net, scores in ((ours, model), (plain, plain)):
            net.zero_grad()
            scores(x).square().sum().backward()
        group.average_statistics(ours)
        for (name, one), other in zip(ours.named_parameters(), plain.parameters(), strict=True):
            assert one.grad is not None
            assert other.grad is not None
            torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=0, msg=name)
        for one, other in zip(ours.buffers(), plain.buffers(), strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_a_mean_is_added_up_in_the_order_of_the_ranks() -> None:
    """In float32 (1 + 2⁻²⁴) + 2⁻²⁴ stays 1, in another order it does not."""
    tiny = 2.0**-24
    parts = [torch.tensor([1.0, tiny]), torch.tensor([tiny, tiny]), torch.tensor([tiny, 1.0])]
    assert mean_in_rank_order(parts).mul(3).tolist() == [1.0, 1.0 + 2 * tiny]


def test_what_the_first_process_makes_or_raises_reaches_all(lonely_gloo: None) -> None:
    group = WorkerGroup(Launch(0, 1, 0, 1, 0, ""), torch.device("cpu"))
    assert group.broadcast({"a": [1, None, "é"]}) == {"a": [1, None, "é"]}
    assert group.on_first(divmod, 7, 3) == (2, 1)

    def refuse() -> None:
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        group.on_first(refuse)
    assert group.any_true(True, False) == (True, False)


@pytest.mark.parametrize(("batch", "size"), [(16, 2), (7, 3), (5, 5), (128, 4)])
def test_shards_are_the_batch_and_their_losses_its_loss(batch: int, size: int) -> None:
    order, losses = torch.randperm(batch), torch.rand(batch, dtype=torch.float64)
    groups = [WorkerGroup(Launch(rank, size, rank, size, 0, ""), torch.device("cpu")) for rank in range(size)]
    shards = [group.shard(order) for group in groups]
    assert sorted(torch.cat(shards).tolist()) == list(range(batch))
    means = [g.scale_loss(losses[s].mean(), len(s), batch) for g, s in zip(groups, shards, strict=True)]
    assert float(sum(means)) / size == pytest.approx(float(losses.mean()))
    for n in (0, 1, size, 10 * size + 1):
        assert [i for group in groups for i in range(n)[group.slice_of(n)]] == list(range(n))
    assert len({group.seed_parts for group in groups}) == size


def test_figures_of_several_steps_are_added_up_in_the_order_of_the_ranks(
    lonely_gloo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float64 (1 + 2⁻⁵³) + 2⁻⁵³ stays 1, wherever a step stands among those that wait to be counted."""
    tiny = 2.0**-53

    def gathered(parts: list[torch.Tensor], own: torch.Tensor) -> None:
        for part, factor in zip(parts, (1.0, tiny, tiny), strict=True):
            part.copy_(own)
            part[0] *= factor

    monkeypatch.setattr(torch.distributed, "all_gather", gathered)
    group = WorkerGroup(Launch(0, 3, 0, 3, 0, ""), torch.device("cpu"))
    losses, corrects, counts = group.sum_metrics(torch.ones(5), torch.ones(5, dtype=torch.int64), [1] * 5)
    assert losses == [1 / 3] * 5
    assert (corrects, counts) == ([3] * 5, [3] * 5)


def test_the_mean_loss_of_no_picture_counts_nothing(lonely_gloo: None) -> None:
    group = WorkerGroup(Launch(0, 1, 0, 1, 0, ""), torch.device("cpu"))
    losses, _, counts = group.sum_metrics(torch.tensor([2.0, float("nan")]), torch.tensor([1, 0]), [1, 0])
    assert (losses[0], counts) == (2.0, [1, 0])
    assert group.sum_metrics(torch.tensor([float("nan")]), torch.tensor([1]), [1])[0][0] != 0.0
