"""The averages that a training carries along, by hand, from its first step."""

from __future__ import annotations

import pytest
import torch

from convscope.errors import InputError
from convscope.runs.checkpoints import Checkpoint
from convscope.training.loop import fit
from convscope.training.schedule import Schedule
from convscope.training.seeding import permutation
from convscope.training.state import State, average_decay, statistics_share
from tests.toys import recipe, small, toy


def test_running_statistics_of_the_first_ten_steps_are_the_plain_mean_of_the_batches() -> None:
    images, labels = toy(n=112)
    state = State(small("bn + fc"), recipe())  # bn sees the pictures themselves: its statistics know no weights
    fit(state, images, labels, Schedule((7,)), seed=2)
    order, spec = permutation(112, 2, 0), state.net.spec
    x = (images.float() - torch.tensor(spec.mean).view(-1, 1, 1)) / torch.tensor(spec.std).view(-1, 1, 1)
    batches = [x[order[16 * i : 16 * i + 16]] for i in range(7)]
    mean = torch.stack([batch.mean() for batch in batches]).mean()
    variance = torch.stack([batch.var() for batch in batches]).mean()
    statistics = state.net.state_dict()
    torch.testing.assert_close(statistics["bn1.running_mean"], mean[None])
    torch.testing.assert_close(statistics["bn1.running_var"], variance[None])


def test_a_training_of_few_steps_forgets_its_first_weights() -> None:
    kept = 1.0
    for step in range(1, 24):
        kept *= average_decay(0.995, step)
    assert kept < 1e-6
    assert 0.995**23 > 0.89  # as it would be without


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.995])
def test_a_long_training_averages_as_its_recipe_says(decay: float) -> None:
    ramp = [average_decay(decay, step) for step in range(4000)]
    assert ramp == sorted(ramp)
    assert ramp[-1] == decay
    assert statistics_share(9) == statistics_share(10**6) == 0.1


def test_every_batch_so_far_counts_alike_until_the_tenth() -> None:
    weights: list[float] = []
    for step in range(10):
        share = statistics_share(step)
        weights = [w * (1 - share) for w in weights] + [share]
    assert weights == pytest.approx([0.1] * 10)


def test_a_checkpoint_of_another_network_or_recipe_is_refused_and_changes_nothing() -> None:
    state, other = State(small("conv(4, 3) + relu + fc"), recipe()), State(small("conv(4, 3) + relu + fc", 1), recipe())
    before = {name: tensor.clone() for name, tensor in state.tensors().items()}
    wider = State(small("conv(5, 3) + relu + fc", 1), recipe()).checkpoint()
    averaged = State(small("conv(4, 3) + relu + fc", 1), recipe(average=0.9)).checkpoint()
    for foreign in (wider, averaged, Checkpoint({}, other.facts())):
        with pytest.raises(InputError, match="step 0: a checkpoint of another network or recipe"):
            state.restore(foreign)
        assert all(torch.equal(before[name], tensor) for name, tensor in state.tensors().items())
    state.restore(other.checkpoint())
    assert all(torch.equal(other.tensors()[name], tensor) for name, tensor in state.tensors().items())
