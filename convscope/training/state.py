"""What training changes: weights, momentum, the averages, the position, and figures on their way to the log."""

from __future__ import annotations

import contextlib
import copy
import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from ..errors import InputError, phrase
from ..nn import Net, build, load_weights
from ..runs.checkpoints import Checkpoint
from ..runs.records import CheckpointFacts, EpochLine, Figures, StepLine, Tally
from ..runs.tensor_files import Arrays
from .param_groups import initialised, optimisers
from .recipes import Recipe
from .sgd import SGD

if TYPE_CHECKING:
    from ..formula import Network
    from ..pictures.input_spec import InputSpec
    from .workers import Workers

NOTHING = Tally(0.0, 0, 0)
STATISTICS = 0.1  # of a step in BatchNorm's running mean and variance: torch's own share
RAMP = 10  # steps: an average of weights reaches back over about a tenth of the steps done


class State:
    """A training at one step. `result` is the network that training is for. `known`: it begins with weights and
    BatchNorm's statistics of an earlier training, which are worth those of many steps.
    """

    def __init__(self, net: Net, recipe: Recipe, known: bool = False) -> None:
        self.net, self.recipe = net, recipe
        self.optimisers = optimisers(net, recipe)
        self.average = copy.deepcopy(net) if recipe.average else None
        self.step = 0
        self.seconds = 0.0
        self.reached = False  # the accuracy that was asked for: training is over, whatever steps are left
        self._pending: list[tuple[Tensor, Tensor, int]] = []  # loss, correct, pictures; not yet waited for
        self._recent: list[Tally] = []  # one a step, since the last step line
        self._known = known
        self._epoch = NOTHING  # since the epoch began: sum of loss · pictures, correct, pictures
        self._weigh_statistics()

    @classmethod
    def initial(
        cls,
        network: Network,
        spec: InputSpec,
        recipe: Recipe,
        seed: int,
        device: torch.device,
        known: bool = False,
    ) -> State:
        """Return the state before the first step, on `device`, its weights channels last."""
        net = initialised(build(network, spec, seed), recipe, seed).to(device)
        return cls(net.to(memory_format=torch.channels_last), recipe, known)  # type: ignore[call-overload]

    @property
    def result(self) -> Net:
        """The network that training is for: the average of the weights if the recipe takes one, else the weights."""
        return self.average or self.net

    @property
    def peak_lr(self) -> float:
        """The peak learning rate of what SGD moves."""
        return next((o.lr for o in self.optimisers if isinstance(o, SGD)), self.recipe.lr)

    def begin_with(self, weights: dict[str, np.ndarray[Any, np.dtype[np.float32]]]) -> None:
        """Take these as the first weights."""
        for net in (self.net, self.average):
            if net is not None:
                load_weights(net, weights)

    def advance(self, loss: Tensor, logits: Tensor, y: Tensor) -> None:
        """Count a step that was just done; its figures are waited for later."""
        if self.average is not None:
            averages, weights = list(self.average.state_dict().values()), list(self.net.state_dict().values())
            torch._foreach_lerp_(averages, weights, 1 - average_decay(self.recipe.average, self.step))
        self.step += 1
        self._weigh_statistics()
        self._pending.append((loss, (logits.argmax(1) == y).sum(), len(y)))

    def flush_metrics(self, lr_factor: float, workers: Workers) -> None:
        """Wait for the figures of the steps since the last time, over all processes. Raises InputError if a loss is NaN
        or infinite.
        """
        if not self._pending:
            return
        losses, corrects, counts = zip(*self._pending, strict=True)
        summed = workers.sum_metrics(torch.stack(losses), torch.stack(corrects), counts)
        first = self.step - len(self._pending) + 1
        for step, (loss, correct, n) in enumerate(zip(*summed, strict=True), first):
            self.require_finite(loss, "training.diverged", lr_factor, step)
            self._recent.append(Tally(loss, correct, n))
            epoch = self._epoch
            self._epoch = Tally(epoch.loss + loss * n, epoch.correct + correct, epoch.count + n)
        self._pending.clear()

    def require_finite(self, loss: float, key: str, lr_factor: float, step: int | None = None) -> None:
        """Raise InputError with `key` if a loss is NaN or infinite: the training has diverged."""
        if not math.isfinite(loss):
            at = self.step if step is None else step
            raise InputError(
                key,
                step=f"{at:,}",
                rate=f"{self.peak_lr * lr_factor:.3g}",
                got=loss,
                hint=phrase("training.diverged.try", rate=f"{self.recipe.lr / 3:.1g}"),
            )

    def step_line(self, batches: int, lr_factor: float, seconds: float) -> StepLine:
        """Return the log line for the steps since the last one; an epoch has so many `batches`."""
        recent, last = self._recent, self._recent[-1]
        n = sum(tally.count for tally in recent)
        self._recent = []
        return StepLine(
            step=self.step,
            epoch=self.step / batches,
            loss=sum(tally.loss * tally.count for tally in recent) / n,
            batch_loss=last.loss,
            accuracy=sum(tally.correct for tally in recent) / n,
            lr=self.peak_lr * lr_factor,
            seconds=round(seconds, 3),
        )

    def epoch_line(self, batches: int, validation: Figures | None, seconds: float) -> EpochLine:
        """Return the log line for the epoch that ends here, or is cut short by the schedule's end."""
        epoch, self._epoch = self._epoch, NOTHING
        train = Figures(epoch.correct / epoch.count, epoch.loss / epoch.count)
        return EpochLine(self.step, self.step / batches, train, validation, round(seconds, 3))

    def tensors(self) -> dict[str, Tensor]:
        """Return every tensor that training changes, by name."""
        tensors = {f"weights.{name}": tensor for name, tensor in self.net.state_dict().items()}
        for optimiser in self.optimisers:
            tensors |= {f"optimiser.{n}.momentum": buffer for n, buffer in optimiser.momentum_buffers.items()}
        if self.average is not None:
            tensors |= {f"average.{name}": tensor for name, tensor in self.average.state_dict().items()}
        return tensors

    def facts(self) -> CheckpointFacts:
        """Return every number that training changes."""
        return CheckpointFacts(self.step, tuple(self._recent), self._epoch, self.reached, self.seconds)

    def checkpoint(self) -> Checkpoint:
        """Return everything that `restore` needs, copied to the CPU."""
        arrays = {name: tensor.detach().cpu().contiguous().numpy() for name, tensor in self.tensors().items()}
        return Checkpoint(arrays, self.facts())

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint. Raises InputError if it is of another network or recipe."""
        given = {name: array.shape for name, array in checkpoint.tensors.items()}
        if given != {name: tuple(tensor.shape) for name, tensor in self.tensors().items()}:
            raise InputError("checkpoint.other", where=f"step {checkpoint.facts.step:,}")
        parts: dict[str, Arrays] = {"weights": {}, "optimiser": {}, "average": {}}
        for name, array in checkpoint.tensors.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = array
        load_weights(self.net, parts["weights"])
        if self.average is not None:
            load_weights(self.average, parts["average"])
        for optimiser in self.optimisers:
            for name, buffer in optimiser.momentum_buffers.items():
                buffer.copy_(torch.from_numpy(parts["optimiser"][f"{name}.momentum"]))
        self.restore_facts(checkpoint.facts)

    def restore_facts(self, facts: CheckpointFacts) -> None:
        """Stand where `facts` say; the tensors stay as they are."""
        self.step, self.seconds, self.reached = facts.step, facts.seconds, facts.reached
        self._recent, self._epoch = list(facts.recent), facts.epoch
        self._weigh_statistics()

    def _weigh_statistics(self) -> None:
        """Say what share the next step has in BatchNorm's running statistics."""
        for module in self.net.modules():
            if isinstance(module, _BatchNorm):
                module.momentum = STATISTICS if self._known else statistics_share(self.step)


def keep_statistics(net: Net) -> None:
    """Let BatchNorm normalise by the statistics that it has, and leave them as they are, while all else is trained."""
    for module in net.modules():
        if isinstance(module, _BatchNorm):
            module.eval()


def average_decay(decay: float, step: int) -> float:
    """Return how much of an average of weights is kept at `step`, counted from 0: at most `decay`.

    A training of few steps would end before the first, random weights were forgotten: after 24 steps an average of
    decay 0.995 is still 89 % of them.

    >>> [round(average_decay(0.995, step), 3) for step in (0, 10, 24, 5000)]
    [0.0, 0.5, 0.706, 0.995]
    """
    return min(decay, step / (RAMP + step))


def statistics_share(step: int) -> float:
    """Return what share the batch of `step`, counted from 0, has in BatchNorm's running statistics.

    The first ten steps are averaged alike; else a training of 6 steps would end with 53 % of the 0 and 1 that the
    statistics start from, which no picture has.

    >>> [statistics_share(step) for step in (0, 1, 4, 100)]
    [1.0, 0.5, 0.2, 0.1]
    """
    return max(STATISTICS, 1 / (step + 1))


class Clock:
    """Seconds of training, carried on from earlier sessions of the same run."""

    def __init__(self, before: float = 0.0) -> None:
        self._start = time.monotonic() - before

    def seconds(self) -> float:
        """Return the seconds so far."""
        return time.monotonic() - self._start

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out what is done within."""
        began = time.monotonic()
        yield
        self._start += time.monotonic() - began
