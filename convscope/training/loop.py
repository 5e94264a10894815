"""The training loop, in one function, and the state it changes. It knows no command line, no lab and no progress
bar."""

from __future__ import annotations

import copy
import math
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..build import Net, load_weights
from ..errors import InputError, Interrupted, phrase
from ..formula import Crop
from ..runs.directory import Run
from ..runs.tensor_files import Arrays
from . import augmentation
from .hard_examples import LEAST, hard_first, margins
from .optimisers import SGD
from .param_groups import optimisers
from .recipes import Recipe
from .seeding import number, permutation
from .worker_group import Team

Line = dict[str, Any]
ALONE = Team()


def fit(
    state: State,
    images: Tensor,
    labels: Tensor,
    *,
    seed: int,
    steps: int,
    rounds: Sequence[int] = (),
    target: float | None = None,
    team: Team = ALONE,
    run: Run | None = None,
    measure: Callable[[Net], Line | None] | None = None,
    show: Callable[[Net, int], None] | None = None,
    show_at: frozenset[int] = frozenset(),
    tell: Callable[[Line], None] = lambda line: None,
    stop: Callable[[], bool] = lambda: False,
    keep_seconds: float = 15.0,
) -> None:
    """Train `state` from where it stands to `steps` on uint8 pictures (N, C, H, W) and int64 labels (N,), on one
    device.

    Every random number follows from (seed, epoch, step, process), so a run that was interrupted ends in the same bits.
    Of several processes each is in `team` and does its share of every batch. `measure` gives figures at an epoch's end,
    `show` is called at the steps in `show_at`, `tell` gets each line of the log. With `rounds`, the steps at which they
    end, the learning rate rises and falls once in each, and training ends with the first one after which the accuracy
    of `measure` is at least `target`. Raises InputError when the loss is no longer finite and Interrupted, after a
    checkpoint, when `stop` says so.
    """
    recipe, net = state.recipe, state.net.train()
    model = team.wrap(net)
    device, parameters = images.device, list(net.parameters())
    batches, batch, first = recipe.batches(len(images)), recipe.batch_size, net.network.nodes[0]
    size = first.output[1:] if isinstance(first.layer, Crop) else (images.shape[2], images.shape[3])  # (h, w)
    sow = torch.default_generator.manual_seed if device.type == "cpu" else torch.manual_seed
    order, kept, clock = torch.empty(0), time.monotonic(), Clock(state.seconds)
    if show and state.step == 0 and 0 in show_at:
        show(state.result, 0)

    while state.step < steps and not state.reached:
        epoch, index = divmod(state.step, batches)
        if index == 0 or not len(order):
            order = permutation(len(images), seed, epoch).to(device)  # (N,)
            left = steps % batches * batch if epoch == steps // batches else 0  # of an epoch that is broken off
            if recipe.hard and left >= LEAST * len(images):
                order = hard_first(order, margins(images, labels, net.network.classes), left, recipe.hard)
        sow(number(seed, epoch, index, *team.key))  # augmentation and dropout of this step

        # Learn.
        whole = order[index * batch : (index + 1) * batch]
        chosen = team.share(whole)  # (B,); the whole batch, unless other processes share it
        x = augmentation.batch(
            images, chosen, size, recipe.augmentation, torch.default_generator, net.spec.mean
        )  # (B, C, h, w)
        y = labels[chosen]  # (B,)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"):
            logits = model(x)  # (B, K)
        loss = functional.cross_entropy(logits.float(), y, label_smoothing=recipe.label_smoothing)
        for parameter in parameters:
            parameter.grad = None
        flags = stop(), time.monotonic() - kept >= keep_seconds
        stopping, due = team.backward(team.weigh(loss, len(chosen), len(whole)), *flags)
        share = recipe.share(*within(rounds or (steps,), state.step))
        for optimiser in state.optimisers:
            optimiser.step(share, team.each)
        state.advance(loss.detach(), logits.detach(), y)

        # Look.
        annealed = state.step == steps or state.step in rounds
        epoch_ends = annealed or index + 1 == batches
        keeping = annealed or stopping or due
        logging, showing = epoch_ends or index % recipe.log_every == 0, state.step in show_at
        if logging or keeping or showing:
            state.settle(
                share, team
            )  # waits for the device; a loss that is not finite ends it here, before anything is kept
        lines = [state.step_line(batches, share, clock)] if logging else []
        if epoch_ends:
            with clock.paused():
                lines.append(state.epoch_line(batches, measure(state.result) if measure else None, clock))
            state.reached = annealed and reaches(lines[-1]["validation"], target)

        # Keep.
        state.seconds = clock.seconds()
        if run is not None:
            for line in lines:
                run.append(line)
        if show and showing:
            show(state.result, state.step)
        if keeping:
            if run is not None:
                run.keep(state.step, *state.contents())
            kept = time.monotonic()

        # Tell.
        for line in lines:
            tell(line)

        # Stop.
        if stopping and state.step < steps and not state.reached:
            where = str(run.path) if run else ""
            hint = f"convscope train --resume {where}" if run else ""
            raise Interrupted("training.stopped", step=f"{state.step:,}", steps=f"{steps:,}", where=where, hint=hint)


def within(rounds: Sequence[int], step: int) -> tuple[int, int]:
    """Return how many steps of its round are done at `step`, and how many the round has; `rounds` are their ends, in
    order.
    """
    end = next(end for end in rounds if step < end)
    begin = max((e for e in rounds if e <= step), default=0)
    return step - begin, end - begin


def reaches(validation: Line | None, target: float | None) -> bool:
    """Whether an accuracy that was asked for is reached."""
    return validation is not None and target is not None and validation["accuracy"] >= target


class State:
    """What training changes: weights, optimisers, the average, the position, and the figures since the last log
    lines."""

    def __init__(self, net: Net, recipe: Recipe) -> None:
        self.net, self.recipe = net, recipe
        self.optimisers = optimisers(net, recipe)
        self.average = copy.deepcopy(net) if recipe.average else None
        self.step = 0
        self.seconds = 0.0
        self.reached = False  # the accuracy that was asked for: training is over, whatever steps are left
        self._fresh: list[tuple[Tensor, Tensor, int]] = []  # loss, correct, pictures; not yet waited for
        self._recent: list[tuple[float, int, int]] = []  # since the last step line
        self._epoch = [0.0, 0, 0]  # sum of loss·pictures, correct, pictures; since the epoch began

    @property
    def result(self) -> Net:
        """The network that training is for: the average of the weights if the recipe takes one, else the weights."""
        return self.average or self.net

    def advance(self, loss: Tensor, logits: Tensor, y: Tensor) -> None:
        """Count a step that was just done."""
        if self.average is not None:
            theirs, ours = list(self.average.state_dict().values()), list(self.net.state_dict().values())
            torch._foreach_lerp_(theirs, ours, 1 - self.recipe.average if self.step else 1.0)
        self.step += 1
        self._fresh.append((loss, (logits.argmax(1) == y).sum(), len(y)))

    def settle(self, share: float, team: Team = ALONE) -> None:
        """Fetch the figures of the steps since the last time, over all processes. Raises InputError if a loss is NaN or
        infinite.
        """
        if not self._fresh:
            return
        losses, corrects, counts = zip(*self._fresh, strict=True)
        figures = team.sums(torch.stack(losses), torch.stack(corrects), counts)
        first = self.step - len(self._fresh) + 1
        for i, (loss, correct, n) in enumerate(zip(*figures, strict=True)):
            if not math.isfinite(loss):
                raise InputError(
                    "training.diverged",
                    step=f"{first + i:,}",
                    rate=f"{self.lr * share:.3g}",
                    got=loss,
                    hint=phrase("training.diverged.try", rate=f"{self.recipe.lr / 3:.1g}"),
                )
            self._recent.append((loss, correct, n))
            self._epoch = [self._epoch[0] + loss * n, self._epoch[1] + correct, self._epoch[2] + n]
        self._fresh.clear()

    @property
    def lr(self) -> float:
        """The peak learning rate of what SGD moves."""
        return next((o.lr for o in self.optimisers if isinstance(o, SGD)), self.recipe.lr)

    def step_line(self, batches: int, share: float, clock: Clock) -> Line:
        """Return the log line for the steps since the last one: mean loss and accuracy, and this batch's own loss."""
        n = sum(r[2] for r in self._recent)
        line = {
            "kind": "step",
            "step": self.step,
            "epoch": self.step / batches,
            "loss": sum(r[0] * r[2] for r in self._recent) / n,
            "batch_loss": self._recent[-1][0],
            "accuracy": sum(r[1] for r in self._recent) / n,
            "lr": self.lr * share,
            "time": {"seconds": round(clock.seconds(), 3)},
        }
        self._recent.clear()
        return line

    def epoch_line(self, batches: int, validation: Line | None, clock: Clock) -> Line:
        """Return the log line for the epoch that ends here, or was broken off by the schedule's end."""
        loss, correct, n = self._epoch
        self._epoch = [0.0, 0, 0]
        return {
            "kind": "epoch",
            "step": self.step,
            "epoch": self.step / batches,
            "train": {"accuracy": correct / n, "loss": loss / n},
            "validation": validation,
            "time": {"seconds": round(clock.seconds(), 3)},
        }

    def tensors(self) -> dict[str, Tensor]:
        """Return every tensor that training changes, by name."""
        tensors = {f"weights.{n}": v for n, v in self.net.state_dict().items()}
        for optimiser in self.optimisers:
            tensors |= {f"optimiser.{n}": v for n, v in optimiser.state.items()}
        if self.average is not None:
            tensors |= {f"average.{n}": v for n, v in self.average.state_dict().items()}
        return tensors

    def contents(self) -> tuple[Arrays, Line]:
        """Return every tensor and number that `restore` needs."""
        return {n: v.detach().cpu().contiguous().numpy() for n, v in self.tensors().items()}, self.facts()

    def facts(self) -> Line:
        """Return every number that `place` needs."""
        counted = {"recent": self._recent, "epoch": self._epoch, "reached": self.reached}
        return {"step": self.step, **counted, "time": {"seconds": self.seconds}}

    def restore(self, tensors: Arrays, facts: Line) -> None:
        """Put back what `contents` returned. Raises InputError if it is of another network."""
        parts: dict[str, Arrays] = {"weights": {}, "optimiser": {}, "average": {}}
        for name, array in tensors.items():
            part, _, name = name.partition(".")
            parts[part][name] = array
        load_weights(self.net, parts["weights"])
        if self.average is not None:
            load_weights(self.average, parts["average"])
        for optimiser in self.optimisers:
            for name, buffer in optimiser.state.items():
                buffer.copy_(torch.from_numpy(parts["optimiser"][name]))
        self.place(facts)

    def place(self, facts: Line) -> None:
        """Stand where `facts` say; the tensors stay as they are."""
        self.reached = facts["reached"]
        self.step, self.seconds = facts["step"], facts["time"]["seconds"]
        self._recent, self._epoch = [tuple(r) for r in facts["recent"]], facts["epoch"]


def scores(net: Net, images: Tensor, batch: int = 500) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return logits (N, K) in float32 for uint8 pictures (N, C, H, W); the network's mode is left as it was."""
    training = net.training
    net.eval()
    try:
        with torch.inference_mode():
            parts = [net(images[i : i + batch].contiguous()) for i in range(0, len(images), batch)]
    finally:
        net.train(training)
    return torch.cat(parts).float().cpu().numpy() if parts else np.zeros((0, net.network.classes), np.float32)


def as_tensor(array: np.ndarray[Any, Any], device: torch.device) -> Tensor:
    """Return the array as a tensor on `device`; on the processor without a copy, also of memory that is only read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of arrays that cannot be written to; nothing here writes
        return torch.from_numpy(array).to(device)


class Clock:
    """Seconds of training, carried on from earlier sessions of the same run."""

    def __init__(self, before: float = 0.0) -> None:
        self._start = time.monotonic() - before

    def seconds(self) -> float:
        return time.monotonic() - self._start

    def paused(self) -> _Pause:
        """Return a context that is not counted."""
        return _Pause(self)


class _Pause:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._at = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._clock._start += time.monotonic() - self._at
