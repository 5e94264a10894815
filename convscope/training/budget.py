"""So much time, or such an accuracy: what `--budget` asks for, and the schedule that keeps it.

>>> parse("2m"), parse("99.5%")
(Budget(text='2m', seconds=120.0, accuracy=None), Budget(text='99.5%', seconds=None, accuracy=0.995))
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..data.named import MNIST_FINGERPRINT
from ..errors import InputError, UsageError, phrase
from ..formula import Plan
from .measured import FRONTIER, Measured, reaching, within
from .recipes import Recipe, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..data import Dataset

Line = dict[str, Any]
UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
LONGEST = 30 * 24 * 3600.0
ROUNDS = 5  # of training until an accuracy is reached, each twice as long as the last: 31 times the recipe's own length
MARGIN = 0.92  # share of the time that is planned for: a machine is not always as fast as when it was measured


@dataclass(frozen=True)
class Budget:
    """Either `seconds` of training or the `accuracy` (0…1) to reach; `text` is how it was asked for."""

    text: str
    seconds: float | None = None
    accuracy: float | None = None


def parse(text: str) -> Budget:
    """Return what "30s", "2m", "1h" or "99.5%" asks for. Raises UsageError for anything else."""
    word = text.strip().lower() if isinstance(text, str) else ""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?(s|m|min|h|%)", word, re.ASCII)
    if not found:
        raise UsageError("budget.kind", got=text, expected=phrase("budget.kind.expected"))
    number, unit = float(found[1]), found[2]
    if unit == "%":
        if not 0 < number < 100:
            raise UsageError("budget.accuracy", got=text, hint="--budget 99.5%")
        return Budget(word, accuracy=round(number / 100, 12))
    if not 1 <= number * UNITS[unit] <= LONGEST:
        raise UsageError("budget.time", got=text, hint="--budget 30s")
    return Budget(word, seconds=number * UNITS[unit])


def check(budget: Budget, epochs: float | None, val: int | None) -> None:
    """Raise UsageError for what does not go together with a budget."""
    if epochs is not None:
        raise UsageError("budget.epochs", got=f"--epochs {epochs:g}", hint=phrase("budget.epochs.try"))
    if budget.accuracy is not None and val == 0:
        raise UsageError("budget.validation", got="--val 0", hint=phrase("budget.validation.try"))


def planned(
    budget: Budget,
    dataset: Dataset,
    arch: str | Plan | None,
    recipe: str | Recipe | None,
    change: Callable[[Recipe], Recipe],
    val: int | None,
    settle: Callable[[str | Plan | None, Recipe, int | None], Line],
    note: Callable[[str], None],
) -> Line:
    """Return a new run's settings with the whole schedule planned: "steps" and, until an accuracy is reached, "rounds".

    `settle` makes settings from plan, recipe and pictures to hold out, `change` is what else was asked of the recipe
    (lr, batch size). What MNIST is known to need is looked up; all else is measured here, on copies: no weight and no
    random number is touched.
    """
    known = arch is None and recipe is None and dataset.fingerprint == MNIST_FINGERPRINT
    default = change(named(recipe or "fast"))
    if budget.seconds is not None:
        settings = settle(arch, default, val)
        began, least = time.monotonic(), min(0.6, 0.03 * budget.seconds)
        pace = seconds_a_step(settings, dataset, least)
        if known and (line := _best(budget.seconds, pace, settings)) is not None:
            note(f"{line.plan} by recipe {line.recipe}, the most accurate that was measured to fit into {budget.text}")
            if (line.plan, line.recipe) != (settings["plan"], settings["recipe"]["name"]):
                settings = settle(line.plan, change(named(line.recipe)), val)
                pace = seconds_a_step(settings, dataset, least)
        left = budget.seconds - (time.monotonic() - began)
        settings = lasting(settings, max(1, int(MARGIN * left / pace)))
        speed = settings["recipe"]["batch_size"] / pace
        note(f"measured {speed:,.0f} pictures/s: {settings['epochs']:.3g} epochs fit into {budget.text}")
        return {**settings, "budget": budget.text}
    assert budget.accuracy is not None
    line = reaching(budget.accuracy) if known else None
    if line is not None:
        note(f"{line.name}: {line.plan} by recipe {line.recipe}, {100 * line.accuracy:.2f} % as measured on MNIST")
        return {**settle(line.plan, change(line.settled()), val), "budget": budget.text}
    if known:
        note(f"no measured recipe reaches {budget.text} on MNIST: training until held-out pictures say so")
    settings = settle(arch, default, val if val is not None else _held_out(dataset))
    first = settings["steps"]
    rounds = [first * (2**k - 1) for k in range(1, ROUNDS + 1)]
    settings = lasting(settings, rounds[-1])
    return {**settings, "budget": budget.text, "rounds": rounds, "target": budget.accuracy}


def lasting(settings: Line, steps: int) -> Line:
    """Return the settings for a schedule of so many steps."""
    recipe = Recipe.from_json(settings["recipe"])
    epochs = steps / recipe.batches(settings["data"]["train"])
    recipe = replace(recipe, epochs=min(epochs, 1e6), least_steps=1)
    return {**settings, "recipe": recipe.to_json(), "steps": steps, "epochs": epochs, "rounds": [steps]}


def seconds_a_step(settings: Line, dataset: Dataset, least: float = 0.6) -> float:
    """Measure the seconds that a training step of these settings takes, over `least` seconds or more.

    A copy is trained at a rate that changes nothing; torch's random state is as before.
    """
    import torch

    from ..build import build
    from ..formula import parse as read
    from ..formula import trace
    from ..machine.device import cpu_settings, resolve_device
    from ..pictures.input_spec import InputSpec
    from .loop import State, as_tensor, fit
    from .param_groups import initialised
    from .settings import parts

    recipe, device = Recipe.from_json(settings["recipe"]), resolve_device(settings["device"])
    share = max(1, recipe.batch_size // settings["processes"])
    recipe = replace(recipe.changed(lr=recipe.lr * 1e-9), batch_size=share, hard=0.0)
    pictures, _ = parts(dataset, settings["data"]["validation"])
    network = trace(read(settings["formula"]), dataset.shape, len(dataset.classes))
    spec = InputSpec.from_json(settings["input"])
    with cpu_settings(settings["threads"]), torch.random.fork_rng():
        net = initialised(build(network, spec, settings["seed"]), recipe, settings["seed"]).to(device)
        state = State(net.to(memory_format=torch.channels_last), recipe)  # type: ignore[call-overload]
        images, labels = as_tensor(pictures.images, device), as_tensor(pictures.labels, device)

        def go(more: int) -> float:
            began = time.monotonic()
            fit(state, images, labels, seed=settings["seed"], steps=state.step + more)
            return time.monotonic() - began

        once = go(2)  # also builds the kernels
        once = min(once, go(1))
        steps = max(3, min(2000, round(least / max(once, 1e-5))))
        return go(steps) / steps


def _best(seconds: float, pace: float, settings: Line) -> Measured | None:
    """Return the most accurate line that fits into `seconds` here, where a step of `settings`, the recipe fast, takes
    `pace`.
    """
    lines = [line for line in FRONTIER if (line.plan, line.recipe) == ("fast", "fast")]
    reference = max(lines, key=lambda line: line.epochs, default=None)  # where the steps weigh most beside the start
    if reference is None:
        raise InputError("budget.table", hint=phrase("budget.table.try"))
    here = pace * 60_000 * reference.epochs / settings["recipe"]["batch_size"]
    return within(MARGIN * seconds * reference.seconds / here)


def _held_out(dataset: Dataset) -> int:
    return max(1, min(10_000, len(dataset.train) // 6))
