"""The loop against a plain torch loop written by hand, and against its own promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from convscope.data import Split
from convscope.data.subset import Subset
from convscope.errors import InputError, Interrupted
from convscope.formula import resolve, trace
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from convscope.runs.directory import Run
from convscope.runs.log import read_log
from convscope.runs.records import EpochLine, StepLine
from convscope.runs.snapshots import read_snapshots
from convscope.training.context import RunContext
from convscope.training.events import Event
from convscope.training.loop import fit
from convscope.training.recipes import RECIPES, Augmentation
from convscope.training.schedule import Schedule, warmup_and_decay
from convscope.training.seeding import permutation
from convscope.training.snapshots import Sample
from convscope.training.state import State
from convscope.training.validation import LabelledImages
from tests.toys import recipe, same, small, toy
from tests.training.tiny import untimed

CPU = torch.device("cpu")


def measured_on(images: torch.Tensor, labels: torch.Tensor) -> LabelledImages:
    split = Split(images.numpy(), labels.numpy())
    return LabelledImages.of(Subset.whole(split), ("a", "b", "c"), InputSpec((1, 8, 8)), CPU)


@pytest.mark.medium
def test_slides_is_the_plain_loop_to_the_bit() -> None:
    torch.set_num_threads(1)
    images, labels = toy(n=150, shape=(1, 28, 28), classes=10)
    state = State(
        build(trace(resolve("slides")), InputSpec((1, 28, 28)), 5).to(memory_format=torch.channels_last),
        RECIPES["slides"],
    )  # type: ignore[call-overload]
    lines: list[Event] = []
    fit(state, images, labels, Schedule((15,)), seed=5, context=RunContext(on_event=lines.append))

    torch.manual_seed(5)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 5),
        nn.ReLU(),
        nn.Conv2d(16, 32, 5),
        nn.ReLU(),
        nn.MaxPool2d(2, 2),
        nn.Conv2d(32, 64, 5),
        nn.ReLU(),
        nn.Conv2d(64, 128, 5),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, 10),
    ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser, loss_function, losses = torch.optim.SGD(net.parameters(), lr=0.001), nn.CrossEntropyLoss(), []
    for epoch in range(2):
        order = permutation(150, 5, epoch)
        for i in range(0, 150, 16):
            if len(losses) < 15:
                optimiser.zero_grad()
                loss = loss_function(net(images[order[i : i + 16]] / 255), labels[order[i : i + 16]])
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
    for ours, theirs in zip(state.net.parameters(), net.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    steps = [line for line in lines if isinstance(line, StepLine)]
    assert [(line.step, line.batch_loss) for line in steps] == [(s, losses[s - 1]) for s in (1, 10, 11, 15)]


def test_a_step_of_everything_at_once_is_the_sum_of_its_parts() -> None:
    images, labels = toy()
    r = recipe(label_smoothing=0.2, momentum=0.9, nesterov=True, weight_decay=0.01, warmup=0.5, final=0.0, average=0.7)
    state = State(small(), r)
    fit(state, images, labels, Schedule.of(r, 3), seed=1)

    net = small()
    average = None
    reference = torch.optim.SGD(
        [
            {"params": [p for p in net.parameters() if p.dim() > 1], "weight_decay": 0.01},
            {"params": [p for p in net.parameters() if p.dim() == 1]},
        ],
        lr=0.05,
        momentum=0.9,
        nesterov=True,
    )
    loss_function, order = nn.CrossEntropyLoss(label_smoothing=0.2), permutation(48, 1, 0)
    for step in range(3):
        for group in reference.param_groups:
            group["lr"] = 0.05 * warmup_and_decay(step, 3, 0.5, 0.0)
        chosen = order[16 * step : 16 * step + 16]
        reference.zero_grad()
        loss_function(net(images[chosen]), labels[chosen]).backward()
        reference.step()
        now = {n: p.detach().clone() for n, p in net.named_parameters()}
        kept = step / (10 + step)  # below the recipe's 0.7 in the first steps
        average = now if average is None else {n: kept * average[n] + (1 - kept) * p for n, p in now.items()}
    assert average is not None
    for name, p in net.named_parameters():
        torch.testing.assert_close(state.net.get_parameter(name), p)
        torch.testing.assert_close(state.result.get_parameter(name).detach(), average[name])
    assert state.result is not state.net


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.medium
def test_broken_off_anywhere_and_restored_it_ends_in_the_same_bits(precision: str) -> None:
    images, labels = toy(n=50)
    r = recipe(
        epochs=2.0,
        optimiser="muon",
        filter_lr=0.1,
        momentum=0.9,
        nesterov=True,
        average=0.9,
        augmentation=Augmentation(rotate=9.0, flip=True),
        precision=precision,
        log_every=2,
        warmup=0.3,
        final=0.0,
    )
    formula = "crop(7) + conv(4, 3, bias=False) + bn + relu + dropout(0.5) + fc"
    whole, schedule, lines = State(small(formula), r), Schedule.of(r, 6), list[Event]()
    fit(whole, images, labels, schedule, seed=3, context=RunContext(on_event=lines.append))
    for at in range(1, 6):
        first, said = State(small(formula), r), list[Event]()
        asked = iter([*[False] * (at - 1), True])
        context = RunContext(on_event=said.append, should_stop=lambda asked=asked: next(asked))
        with pytest.raises(Interrupted, match=f"stopped at step {at} of 6"):
            fit(first, images, labels, schedule, seed=3, context=context)
        second = State(small(formula, seed=9), r)
        second.restore(first.checkpoint())
        fit(second, images, labels, schedule, seed=3, context=RunContext(on_event=said.append))
        assert same(second.net, whole.net)
        assert same(second.result, whole.result)
        assert [untimed(line.to_json()) for line in said] == [untimed(line.to_json()) for line in lines]


def test_pictures_and_labels_stay_together() -> None:
    images, labels = toy(n=64, classes=3)
    images[:] = (labels * 100)[:, None, None, None].to(torch.uint8)
    state = State(small("fc"), recipe(epochs=30.0, lr=0.3, momentum=0.9))
    fit(state, images, labels, Schedule((120,)), seed=0)
    assert measured_on(images, labels).evaluate(state.net).accuracy == 1.0


def test_training_on_rows_is_training_on_copies_of_them_to_the_bit() -> None:
    images, labels = toy(n=80)
    rows = torch.tensor([row for row in range(80) if row % 5])
    whole, part = (State(small(), recipe(hard=1.25)) for _ in range(2))
    fit(whole, images[rows], labels[rows], Schedule((7,)), seed=2)
    fit(part, images, labels, Schedule((7,)), seed=2, rows=rows)
    assert all(torch.equal(tensor, part.tensors()[name]) for name, tensor in whole.tensors().items())


@pytest.mark.parametrize("balance", ["none", "weights"])
def test_a_picture_counts_as_much_in_a_step_as_is_said(balance: str) -> None:
    """One step over all pictures beside torch's own: the losses times what each counts, and what its class does."""
    images, labels = toy(n=40, classes=3)
    counts = torch.linspace(0.1, 1.9, 40)
    state, reference = (State(small("fc"), recipe(lr=0.5, batch_size=40, momentum=0.0)) for _ in range(2))
    fit(state, images, labels, Schedule((1,)), seed=0, balance=balance, counts=counts)
    each = torch.nn.functional.cross_entropy(reference.net(images), labels, reduction="none")
    if balance == "weights":
        each = each * (40 / (3 * torch.bincount(labels)))[labels]
    (counts * each).mean().backward()
    moved = dict(state.net.named_parameters())
    for name, parameter in reference.net.named_parameters():
        wanted = parameter.detach() - 0.5 * parameter.grad
        torch.testing.assert_close(moved[name].detach(), wanted, rtol=1e-4, atol=1e-6)


def test_partial_batches_are_trained_on_if_the_recipe_says_so() -> None:
    for partial, sizes in ((False, [16, 16, 16, 16]), (True, [16, 16, 2, 16])):
        images, labels = toy(n=34)
        lines: list[Event] = []
        state = State(small(), recipe(partial_batches=partial, log_every=1))
        seen: list[int] = []
        state.net.register_forward_hook(lambda module, x, y, seen=seen: seen.append(len(y)))
        fit(state, images, labels, Schedule((4,)), seed=0, context=RunContext(on_event=lines.append))
        assert seen == sizes
        assert [line.step for line in lines if isinstance(line, EpochLine)] == ([3, 4] if partial else [2, 4])


def test_the_log_holds_means_over_what_it_spans(tmp_path: Path) -> None:
    images, labels = toy(n=96)
    every: list[Event] = []
    fit(
        State(small(), recipe(log_every=1)),
        images,
        labels,
        Schedule((9,)),
        seed=0,
        context=RunContext(on_event=every.append),
    )
    held_out = measured_on(images[:10], labels[:10])
    state = State(small(), recipe(log_every=4))
    with Run.create(tmp_path / "r", {}) as run:
        fit(state, images, labels, Schedule((9,)), seed=0, context=RunContext(run=run), held_out=held_out)
    one = [line for line in every if isinstance(line, StepLine)]
    log = read_log(tmp_path / "r")
    steps = [line for line in log if isinstance(line, StepLine)]
    assert [line.step for line in steps] == [1, 5, 6, 7, 9]
    for line, first, last in zip(steps, (0, 1, 5, 6, 7), (1, 5, 6, 7, 9), strict=True):
        assert line.loss == pytest.approx(np.mean([o.loss for o in one[first:last]]))
        assert line.accuracy == pytest.approx(np.mean([o.accuracy for o in one[first:last]]))
        assert line.batch_loss == one[last - 1].loss
    epochs = [line for line in log if isinstance(line, EpochLine)]
    assert [line.epoch for line in epochs] == [1.0, 1.5]
    assert epochs[0].train.loss == pytest.approx(np.mean([o.loss for o in one[:6]]))
    assert epochs[1].train.loss == pytest.approx(np.mean([o.loss for o in one[6:]]))
    last = held_out.evaluate(state.net)
    assert epochs[1].validation is not None
    assert (epochs[1].validation.accuracy, epochs[1].validation.loss) == (last.accuracy, last.loss)


def test_a_loss_that_is_not_finite_ends_it_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    images, labels = toy()
    state = State(small("conv(4, 3) + relu + fc(9) + fc"), recipe(lr=1e30, epochs=9.0, log_every=50))
    with Run.create(tmp_path / "r", {}) as run:
        with pytest.raises(
            InputError, match=r"no longer finite at step 2, learning rate 1e\+30, got (nan|inf)\ntry: lr=3e\+29"
        ) as caught:
            fit(state, images, labels, Schedule((27,)), seed=0, context=RunContext(run=run, checkpoint_seconds=0.0))
        checkpoint, faults = run.newest_checkpoint()
    assert caught.value.exit_code == 3
    assert checkpoint is not None
    assert (checkpoint.facts.step, faults) == (1, [])
    assert all(np.isfinite(tensor).all() for tensor in checkpoint.tensors.values())


def test_snapshots_are_written_when_due(tmp_path: Path) -> None:
    images, labels = toy()
    split = Split(images.numpy(), labels.numpy())
    sample = Sample.of(
        split, held_out=False, bf16=False, steps=frozenset({0, 2, 5, 7}), spec=InputSpec(split.shape), device=CPU
    )
    with Run.create(tmp_path / "r", {}) as run:
        fit(
            State(small(), recipe()), images, labels, Schedule((7,)), seed=0, context=RunContext(run=run), sample=sample
        )
    assert [snapshot.facts.step for snapshot in read_snapshots(tmp_path / "r" / "snapshots")] == [0, 2, 5, 7]


def test_checkpoints_are_as_far_apart_as_asked(tmp_path: Path) -> None:
    images, labels = toy()
    for seconds, kept in ((0.0, [2, 3]), (1000.0, [3])):
        with Run.create(tmp_path / str(seconds), {}) as run:
            context = RunContext(run=run, checkpoint_seconds=seconds)
            fit(State(small(), recipe()), images, labels, Schedule((3,)), seed=0, context=context)
        assert [int(p.stem) for p in sorted((run.path / "checkpoints").iterdir())] == kept


@pytest.mark.parametrize(("steps", "preferred"), [(2, True), (3, False), (5, True), (6, False)])
def test_hard_pictures_come_first_where_an_epoch_ends_early(steps: int, preferred: bool) -> None:
    """Of 48 pictures in 3 batches; what a linear classifier tells apart, but for the margins."""
    _, labels = toy()
    rng = torch.Generator().manual_seed(0)
    images = torch.randint(0, 120, (48, 1, 8, 8), generator=rng, dtype=torch.uint8)
    for row, label in enumerate(labels.tolist()):
        images[row, :, :, 2 * label : 2 * label + 2] += 100
    ends = []
    for hard in (0.0, 1.2):
        state = State(small(), recipe(hard=hard))
        fit(state, images, labels, Schedule((steps,)), seed=1)
        ends.append([p.detach().clone() for p in state.net.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*ends, strict=True)) != preferred
