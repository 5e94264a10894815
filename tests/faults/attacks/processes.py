"""Several processes train together while some are killed, stopped, interrupted, late or asked for something else."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.data.folders import noise
from tests.faults.campaign import Campaign, Tally
from tests.training.tiny import outcome
from tests.training.together import Job, Member, Together

KINDS = 8  # of trainings in a campaign: each is made once by one process, and once undisturbed by so many
PLANS = ("conv(4, 3) + relu + fc", "conv(4, 3) + relu + conv(6, 3, stride=2) + relu + fc", "fc(9) + relu + fc")
FAULTS = ("none", "kill one", "kill all", "stand still", "Ctrl-C one", "Ctrl-C all", "TERM one", "TERM all", "late",
          "another seed", "other pictures", "no pictures")  # fmt: skip
DIFFER = {"another seed": {"seed": 9}, "other pictures": {"pictures": {"seed": 7}}, "no pictures": {"data": "/none"}}


def _training(random: Random, folder: Path, number: int) -> dict[str, Any]:
    """Draw a training: the fields of a Job but for its faults; `plain` says that one process learns the same."""
    size, plain = random.randint(1, 4), random.random() < 0.5
    batch = random.choice([size, 7, 16, 33]) if plain else random.choice([4 * size, 16, 24])
    batch = max(batch, size)
    recipe: dict[str, Any] = {
        "epochs": random.choice([0.7, 1.5, 2.0]), "batch_size": batch, "lr": 0.05, "log_every": random.choice([1, 3]),
        "momentum": random.choice([0.0, 0.9]), "weight_decay": random.choice([0.0, 1e-3]),
        "label_smoothing": random.choice([0.0, 0.2]), "average": random.choice([0.0, 0.8]),
        "warmup": random.choice([0.0, 0.3]), "partial_batches": plain and random.random() < 0.5,
    }  # fmt: skip
    plan = random.choice(PLANS)
    if not plain:
        plan = f"crop(7) + conv(4, 3, bias=False) + bn + relu + dropout({random.choice([0, 0.3])}) + fc"
        how = random.choice([{"shift": 1}, {"rotate": 9.0, "elastic": 1.0}, {"erase": 3}])
        recipe |= {"augmentation": how, "flips": random.choice(["yes", "no"]), "hard": random.choice([0.0, 1.2])}
        recipe |= random.choice([{}, {"optimiser": "muon", "filter_lr": 0.05}])
    options: dict[str, Any] = {"arch": plan, "val": random.choice([0, 6]), "keep_seconds": random.choice([0.0, 15.0])}
    made = {"n": random.randint(50, 71), "test": random.choice([0, 1, 10]), "channels": random.choice([1, 3])}
    where = random.choice(["memory", "mapped", "folder"])
    if where == "folder":
        for i in range(54):
            noise(folder / f"pictures{number}" / "abc"[i % 3] / f"{i}.png", 100 * number + i, (8, 8))
        options["data"] = str(folder / f"pictures{number}")
        options["val"] = options["val"] or None
        made = {}
    elif where == "mapped":
        made["mapped"] = str(folder / f"pictures{number}.npy")
    return {"size": size, "options": options, "recipe": recipe, "pictures": made, "plain": plain}


def trainings_together(times: int, random: Random, tally: Tally) -> None:
    """Disturb trainings of one to four processes; what they end in is what an undisturbed one ends in."""
    with TemporaryDirectory() as name, Together() as together:
        folder = Path(name)
        trainings = [_training(random, folder, number) for number in range(min(KINDS, times))]
        whole = [_undisturbed(together, each, folder / f"whole{n}", tally) for n, each in enumerate(trainings)]
        for turn in range(times):
            number = turn % len(trainings)
            training, run = trainings[number], folder / f"run{turn}"
            fault = random.choice([fault for fault in FAULTS if fault not in DIFFER or training["size"] > 1])
            what = f"{fault}: {training}"
            members = _disturbed(together, training, run, fault, random)
            faults = [*_wrong(members, fault), *_wrong_end(together, training, run, whole[number], random)]
            if faults:
                tally.fault(f"{'; '.join(faults)} — {what}")
            else:
                tally.ended(fault)
            shutil.rmtree(run, ignore_errors=True)


def _undisturbed(together: Together, training: dict[str, Any], run: Path, tally: Tally) -> dict[str, Any] | None:
    """Make a training as one process and as several, undisturbed; return the second's outcome, None where refused."""
    alone = run.with_name(f"{run.name}-alone")
    for path, size in ((run, training["size"]), (alone, 1)):
        members = together.train(_job(training, path, size=size))
        if any(member.code for member in members):
            tally.fault(f"undisturbed, by {size}: {members} — {training}")
            return None
    several, one = outcome(run), outcome(alone)
    if training["plain"]:
        for tensor, values in one["weights"].items():
            ours, theirs = (np.frombuffer(data, np.float32) for data in (several["weights"][tensor], values))
            if not np.allclose(ours, theirs, rtol=1e-3, atol=1e-4):
                tally.fault(f"{tensor} is {np.abs(ours - theirs).max()} from that of one process — {training}")
                break
    return several


def _job(training: dict[str, Any], run: Path, **words: Any) -> Job:
    words = {**{name: value for name, value in training.items() if name != "plain"}, **words}
    return Job(**{**words, "options": {**training["options"], "out": str(run)}})


def _disturbed(together: Together, training: dict[str, Any], run: Path, fault: str, random: Random) -> list[Member]:
    size = training["size"]
    victim, when = random.randrange(size), random.choice([0.0, random.uniform(0, 0.6), f"step {random.randint(1, 6)}"])
    number = {"kill": signal.SIGKILL, "stand": signal.SIGSTOP, "Ctrl-C": signal.SIGINT, "TERM": signal.SIGTERM}.get(
        fault.split()[0]
    )
    victims = range(size) if fault.endswith("all") else [victim]
    signals = [[rank, int(number), when] for rank in victims] if number else []
    return together.train(
        _job(
            training, run, silence=3.0, signals=signals, late={str(victim): 1.0} if fault == "late" else {},
            own={str(victim): DIFFER[fault]} if fault in DIFFER else {},
        )
    )  # fmt: skip


def _wrong(members: list[Member], fault: str) -> Iterator[str]:
    """Yield what no process may do: hang, end in another way than it says, or say more than a line."""
    for rank, member in enumerate(members):
        if member.hung:
            yield f"process {rank} hung"
        if member.code not in (0, 3, 4, 5, -signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM) or len(member.lines) > 1:
            yield f"process {rank}: {member.code}, {member.said[-400:]!r}"
    if fault in ("none", "late") and any(member.code for member in members):
        yield f"exit codes {[member.code for member in members]}"


def _wrong_end(
    together: Together, training: dict[str, Any], run: Path, whole: dict[str, Any] | None, random: Random
) -> Iterator[str]:
    """Yield how a run, gone on with where it is not finished, differs from one that nothing disturbed."""
    if whole is None or not run.exists():
        return
    if not (run / "model.onnx").exists():
        again = _job(training, run, attempt=1)
        if random.random() < 0.5:
            again.options |= {"resume": str(run)}
        members = together.train(again)
        if any(member.code for member in members):
            yield f"not resumed: {members}"
            return
    got = outcome(run)
    yield from (f"{part} differs" for part in whole if part != "run.json" and got[part] != whole[part])


CAMPAIGNS = (
    Campaign(
        "processes", "trainings",
        "One to four processes train together; some are killed, stopped, interrupted, late or asked for something else:"
        " no hang, one line, and the end is that of an undisturbed training, to the bit",
        trainings_together, quick=5, long=400,
    ),
)  # fmt: skip
