"""The training loop, in one function. It knows no command line, no lab and no progress bar."""

from __future__ import annotations

import time

import torch
from torch import Tensor
from torch.nn import functional

from ..formula import Crop
from ..runs.records import LogLine
from . import augmentation
from .balance import loss_weights, oversampled
from .context import RunContext
from .hard_examples import LEAST, margins, move_hard_to_front
from .schedule import Schedule
from .seeding import permutation, seed_step
from .snapshots import Sample
from .state import Clock, State, keep_statistics
from .validation import LabelledImages, figures
from .workers import Workers


def fit(
    state: State,
    images: Tensor,
    labels: Tensor,
    schedule: Schedule,
    *,
    seed: int,
    rows: Tensor | None = None,
    context: RunContext | None = None,
    held_out: LabelledImages | None = None,
    sample: Sample | None = None,
    balance: str = "none",
    counts: Tensor | None = None,
) -> None:
    """Train `state` to the schedule's end on uint8 `images` (N, C, H, W) and int64 `labels` (N,), on one device: on
    those at `rows` (n,), or on all of them. `balance` says how classes of unlike sizes count the same, if they do,
    `counts` (N,) how much each picture does, 1 on average; None: all the same.

    Every random number follows from (seed, epoch, step, process), so a run that was interrupted ends in the same bits.
    Pictures `held_out` are measured on at the end of every epoch, and snapshots of `sample` are taken where it says so.
    Raises InputError when a loss is no longer finite and Interrupted, after a checkpoint, when the user asks to stop.
    """
    context = context or RunContext()
    recipe, net, workers, run = state.recipe, state.net.train(), context.workers, context.writes
    model = workers.wrap(net)
    device, parameters = images.device, list(net.parameters())
    rows = torch.arange(len(images), device=device) if rows is None else rows  # (n,)
    batches, steps = recipe.batches(len(rows)), schedule.steps  # in an epoch; in all
    first = net.network.nodes[0]
    size = first.output[1:] if isinstance(first.layer, Crop) else (images.shape[2], images.shape[3])  # (h, w)
    own = labels[rows].cpu().numpy() if balance != "none" else None  # (n,)
    weights = loss_weights(own, net.network.classes, device) if own is not None and balance == "weights" else None
    clock, kept_at = Clock(state.seconds), time.monotonic()
    order: Tensor | None = None
    if sample and run and state.step == 0:
        run.write_snapshot(sample.take(state.result, 0))

    while state.step < steps and not state.reached:
        epoch, index = divmod(state.step, batches)
        if index == 0 or order is None:
            order = _epoch_order(state, images, labels, rows, steps, seed, epoch, workers)  # (n,)
            if own is not None and balance == "oversample":
                order = rows[torch.from_numpy(oversampled(own, permutation(len(rows), seed, epoch).numpy())).to(device)]
        seed_step(device, seed, epoch, index, *workers.seed_parts)
        if recipe.frozen_statistics:
            keep_statistics(net)  # whoever measured has set it to training again

        # Forward and backward: this process's shard of the batch, with gradients that are those of the whole batch.
        batch = order[index * recipe.batch_size : (index + 1) * recipe.batch_size]  # (B,)
        shard = workers.shard(batch)  # (b,); b = B unless other processes take part
        mean = net.spec.mean
        x = augmentation.batch(images, shard, size, recipe.augmentation, torch.default_generator, mean)  # (b, C, h, w)
        y = labels[shard]  # (b,)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"):
            logits = model(x)  # (b, K)
        if weights is None and counts is None:
            loss = functional.cross_entropy(logits.float(), y, label_smoothing=recipe.label_smoothing)
        else:
            each = functional.cross_entropy(logits.float(), y, label_smoothing=recipe.label_smoothing, reduction="none")
            of_class = 1.0 if weights is None else weights[y]
            of_picture = 1.0 if counts is None else counts[shard]
            loss = (of_class * of_picture * each).mean()
        for parameter in parameters:
            parameter.grad = None
        workers.scale_loss(loss, len(shard), len(batch)).backward()  # type: ignore[no-untyped-call]
        workers.average_statistics(net)

        # Update.
        lr_factor = schedule.lr_factor(state.step)
        for optimiser in state.optimisers:
            optimiser.step(lr_factor)
        state.advance(loss.detach(), logits.detach(), y)

        # Measure, where something is due. A loss that is not finite ends it here, before anything is kept.
        keep_due = time.monotonic() - kept_at >= context.checkpoint_seconds
        stopping, keeping = workers.any_true(context.stop_requested(), keep_due)
        round_ends = schedule.ends_round(state.step)
        epoch_ends = round_ends or index + 1 == batches
        keeping = keeping or stopping or round_ends
        logging, showing = (
            epoch_ends or index % recipe.log_every == 0,
            sample is not None and state.step in sample.steps,
        )
        if logging or keeping or showing:
            state.flush_metrics(lr_factor, workers)  # waits for the device
        lines: list[LogLine] = [state.step_line(batches, lr_factor, clock.seconds())] if logging else []
        if epoch_ends:
            with clock.paused():
                validation = figures(held_out.evaluate(state.result, workers)) if held_out else None
            if validation is not None:
                state.require_finite(validation.loss, "training.diverged.validation", lr_factor)
            lines.append(state.epoch_line(batches, validation, clock.seconds()))
            state.reached = round_ends and schedule.is_reached(validation)
        state.seconds = clock.seconds()

        # Write and say.
        if run is not None:
            for line in lines:
                run.append(line)
            if sample is not None and showing:
                snapshot = sample.take(state.result, state.step)
                state.require_finite(snapshot.facts.loss, "training.diverged", lr_factor)
                run.write_snapshot(snapshot)
            if keeping:
                run.write_checkpoint(state.checkpoint())
        context.log(*lines)
        if keeping:
            kept_at = time.monotonic()
        if stopping and state.step < steps and not state.reached:
            raise context.stopped(state.step, steps)


def _epoch_order(
    state: State, images: Tensor, labels: Tensor, rows: Tensor, steps: int, seed: int, epoch: int, workers: Workers
) -> Tensor:
    """Return `rows` (n,) in the order of an epoch: random, or hard pictures first in an epoch cut short."""
    recipe = state.recipe
    order = permutation(len(rows), seed, epoch).to(images.device)
    full_epochs, steps_left = divmod(steps, recipe.batches(len(rows)))
    shown = steps_left * recipe.batch_size if epoch == full_epochs else 0
    if recipe.hard and shown >= LEAST * len(rows):
        order = move_hard_to_front(order, margins(images, labels, rows, state.net.network.classes), shown, recipe.hard)
        workers.broadcast_tensors([order])  # another kind of processor rounds margins otherwise
    return rows[order]
