"""One training session, from data to model file: a new run or the rest of an old one. `train` is the front door.

PyTorch is imported only once it is needed, while the data loads in a thread beside it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConvscopeError, InputError, UsageError
from .formula import Plan, parse, resolve, trace
from .interrupts import Interrupts
from .recipes import Recipe, named

if TYPE_CHECKING:
    from .build import Net
    from .data import Dataset, Split
    from .evaluation import Evaluation
    from .prediction import Model
    from .runs import Run

Line = dict[str, Any]
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Result:
    """What a finished training came to. `train_seconds` counts all sessions of the run, without validation and test."""

    run: Path
    model: Path
    epochs: float
    seed: int
    train_seconds: float
    images_per_second: float
    parameters: int
    macs: int
    validation: Evaluation | None
    test: Evaluation | None

    def load(self) -> Model:
        """Return the model, ready to predict."""
        from .prediction import load

        return load(self.model)

    def to_json(self) -> Line:
        """Return the fields as JSON takes them; of validation and test accuracy (0…1) and loss (nats)."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        figures = {name: _figures(fields[name]) for name in ("validation", "test")}
        return {**fields, "run": str(self.run), "model": str(self.model), **figures}


def train(
    data: str | os.PathLike[str] | Dataset | None = None,
    *,
    arch: str | Plan | None = None,
    recipe: str | Recipe | None = None,
    epochs: float | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    seed: int | None = None,
    val: int | None = None,
    device: str = "auto",
    threads: int | None = None,
    size: int | None = None,
    data_root: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: str | os.PathLike[str] | None = None,
    progress: Callable[[Line], None] = lambda line: None,
    stop: Callable[[], bool] | None = None,
    keep_seconds: float = 15.0,
) -> Result:
    """Train a network and return where its model file is and how good it is.

    `data` is "mnist" (the default), another name, a path, or a Dataset; `arch` a plan, its formula or name (default: the recipe's
    own); `recipe` "fast" (the default), another name, or a Recipe, of which `epochs`, `batch_size` and `lr` replace what it says;
    `seed` is 0 unless given. `val` pictures of the training set are held out and measured at the end of every epoch
    (default: none, or a sixth where there are no test pictures). `out` is the run directory to make (default:
    runs/<date>-<data>-<recipe>). `resume` continues the run in that directory, with its own settings, to the bits it would have had.

    `progress` gets each line of the log as it is written, and lines of kind "begin" and "note" besides. Training stops with a
    checkpoint when `stop` says so; without `stop`, on Ctrl-C or SIGTERM. Checkpoints are `keep_seconds` apart.

    Raises UsageError, InputError (also for a loss that is no longer finite), EnvironmentFault, Interrupted, PlanError, FormulaError.

    >>> result = train("mnist")                                                   # doctest: +SKIP
    >>> result.test.accuracy                                                      # doctest: +SKIP
    0.9941
    """
    if device not in DEVICES:
        raise UsageError("unknown device", got=device, expected=", ".join(DEVICES))
    for name, number, most in (("threads", threads, 1024), ("size", size, 2**15)):
        if number is not None and (type(number) is not int or not 1 <= number <= most):
            raise UsageError(f"{name} must be a whole number from 1 to {most}", got=number)
    watch = Interrupts()
    with watch if stop is None else contextlib.nullcontext():
        asked = stop or watch.asked
        if resume is not None:
            own = (arch, recipe, epochs, batch_size, lr, seed, val, size, data_root, out)
            if any(value is not None for value in own) or isinstance(data, (str, os.PathLike)):
                raise UsageError("a run is resumed with its own settings", hint=f"convscope train --resume {resume}")
            return _resumed(Path(resume), data, device, threads, progress, asked, keep_seconds)
        seed = 0 if seed is None else seed
        for name, value, below in (("seed", seed, 2**63), ("val", val, 2**40)):
            if value is not None and (type(value) is not int or not 0 <= value < below):
                raise UsageError(f"{name} must be a whole number from 0", got=value)
        chosen = named(recipe or "fast").changed(epochs, batch_size, lr)
        if isinstance(arch, str):
            resolve(arch)  # a mistake in it shows before anything is loaded
        if out is not None and os.path.lexists(out):
            raise InputError("is there already", where=str(out), hint=f"another --out, or --resume {out}")

        from . import preparation, runs

        source = preparation.source(data, size, data_root)
        dataset = preparation.load(source, data)
        settings = preparation.settle(source, dataset, arch, chosen, seed, val, device, threads)
        path = Path(out) if out is not None else runs.fresh_path(Path("runs"), dataset.name, chosen.name)
        with runs.Run.create(path, settings) as run:
            return _work(run, dataset, progress, asked, keep_seconds)


def _resumed(
    path: Path,
    given: object,
    device: str,
    threads: int | None,
    progress: Callable[[Line], None],
    asked: Callable[[], bool],
    keep_seconds: float,
) -> Result:
    from . import preparation, runs

    with runs.Run.reopen(path) as run, _odd(run):
        settings, source = run.settings, run.settings["data"]
        if source["name"] is None and not preparation.is_dataset(given):
            raise InputError(
                "this run was trained on arrays in memory",
                where=str(path),
                hint="train(data, resume=…) with the same data",
            )
        dataset = preparation.load(source, given)
        if dataset.fingerprint != source["fingerprint"]:
            raise InputError(
                "the data is not what this run began with", where=source["name"] or dataset.name, hint="train anew"
            )

        from . import machine

        place = settings["device"] if device == "auto" else device
        now = {"device": place, **machine.surroundings(threads or settings["threads"])}
        for name, value in now.items():
            if settings[name] != value:
                text = f"{name}: it began with {settings[name]}, goes on with {value}; the last bits of the result may differ"
                progress({"kind": "note", "text": text})
        run.settings = {**settings, **now}
        return _work(run, dataset, progress, asked, keep_seconds)


def _work(
    run: Run, dataset: Dataset, progress: Callable[[Line], None], asked: Callable[[], bool], keep_seconds: float
) -> Result:
    """Train from where the run stands to the end, measure, and write the model file."""
    import torch

    from . import machine, snapshots
    from .build import build
    from .evaluation import score
    from .grouping import initialised
    from .inputs import InputSpec
    from .preparation import parts
    from .training import State, as_tensor, fit, scores

    settings, device = run.settings, machine.device(run.settings["device"])
    recipe, spec = Recipe.from_json(settings["recipe"]), InputSpec.from_json(settings["input"])
    pictures, held_out = parts(dataset, settings["data"]["validation"])
    network = trace(parse(settings["formula"]), dataset.shape, len(dataset.classes))
    steps, seed = settings["steps"], settings["seed"]

    def measure(net: Net, split: Split) -> Evaluation:
        return score(scores(net, as_tensor(split.images, device)), split.labels, dataset.classes)

    shown_images, shown_labels = snapshots.sample(*((held_out or pictures).images, (held_out or pictures).labels))

    def show(net: Net, step: int) -> None:
        images = as_tensor(shown_images, device)
        run.show(step, *snapshots.take(net, images, shown_labels, held_out is not None, recipe.precision == "bfloat16"))

    with machine.processor(settings["threads"]), torch.random.fork_rng():
        net = initialised(build(network, spec, seed), recipe, seed).to(device)
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        state = State(net, recipe)
        tensors, facts, troubles = run.newest()
        if tensors is not None:
            state.restore(tensors, facts)
        for trouble in troubles:
            place = f"step {state.step:,}" if state.step else "the beginning"
            progress({"kind": "note", "text": f"{trouble}; going on from {place}"})
        run.rewind(state.step)
        progress(
            {"kind": "begin", "run": str(run.path), "step": state.step, "parameters": network.parameters, **settings}
        )
        fit(
            state,
            as_tensor(pictures.images, device),
            as_tensor(pictures.labels, device),
            seed=seed,
            steps=steps,
            run=run,
            measure=None if held_out is None else lambda net: _figures(measure(net, held_out)),
            show=show,
            show_at=snapshots.when(steps),
            tell=progress,
            stop=asked,
            keep_seconds=keep_seconds,
        )
        validation = measure(state.result, held_out) if held_out else None
        test = measure(state.result, dataset.test) if dataset.test is not None else None
    speed = recipe.pictures(len(pictures), steps) / state.seconds
    line = {"kind": "result", "step": steps, "validation": _figures(validation), "test": _figures(test)}
    line["time"] = {"seconds": round(state.seconds, 3), "images_per_second": round(speed, 1)}
    run.append(line)
    run.sync()
    _write_model(run, dataset, state.result, line)
    progress(line)
    return Result(
        run.path, run.model, settings["epochs"], seed, line["time"]["seconds"], line["time"]["images_per_second"],
        network.parameters, network.macs, validation, test,
    )  # fmt: skip


def _write_model(run: Run, dataset: Dataset, net: Net, result: Line) -> None:
    from . import modelfile

    settings, recipe = run.settings, run.settings["recipe"]
    training = {name: settings[name] for name in ("plan", "epochs", "steps", "seed")}
    training |= {"recipe": recipe["name"], "precision": recipe["precision"], "time": result["time"]}
    training["data"] = {n: settings["data"][n] for n in ("set", "fingerprint", "train", "validation", "test")}
    facts = {
        "training": training,
        "validation": result["validation"],
        "test": result["test"],
        "versions": settings["versions"],
    }
    modelfile.write(run.model, net.network, net.spec, net.weights(), dataset.classes, facts)


@contextlib.contextmanager
def _odd(run: Run) -> Iterator[None]:
    """Turn what a run.json of odd contents leads to into an error that names it."""
    try:
        yield
    except ConvscopeError:
        raise
    except (KeyError, TypeError, AttributeError) as error:
        what = f"does not say what a run needs ({type(error).__name__}: {error})"
        raise InputError(what, where=str(run.path / "run.json"), hint="train anew") from error


def _figures(evaluation: Evaluation | None) -> Line | None:
    return None if evaluation is None else {"accuracy": evaluation.accuracy, "loss": evaluation.loss}
