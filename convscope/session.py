"""One training session, from data to model file: a new run or the rest of an old one. `train` is the front door.

PyTorch is imported here only once it is needed, while the data loads in a thread beside it.
"""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import replace as changed_copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConvscopeError, EnvironmentFault, InputError, UsageError
from .formula import BatchNorm, Network, Plan, parse, resolve, trace
from .formula.zoo import ZOO
from .interrupts import Interrupts
from .recipes import Recipe, named

if TYPE_CHECKING:
    import torch

    from .data import Dataset, Split
    from .evaluation import Evaluation
    from .inputs import InputSpec
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

    def to_json(self) -> Line:
        """Return the fields as JSON takes them; of validation and test accuracy (0…1) and loss (nats)."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        figures = {name: _figures(fields[name]) for name in ("validation", "test")}
        return {**fields, "run": str(self.run), "model": str(self.model), **figures}


def train(
    data: str | os.PathLike[str] | Dataset | None = None,
    *,
    arch: str | Plan | None = None,
    recipe: str | Recipe = "fast",
    epochs: float | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    seed: int = 0,
    val: int | None = None,
    device: str = "auto",
    threads: int | None = None,
    size: int | None = None,
    data_root: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: str | os.PathLike[str] | None = None,
    progress: Callable[[Line], None] = lambda line: None,
    stop: Callable[[], bool] | None = None,
    keep_seconds: float | None = None,
) -> Result:
    """Train a network and return where its model file is and how good it is.

    `data` is "mnist" (the default), another name, a path, or a Dataset; `arch` a plan, its formula or name (default: the recipe's
    own); `epochs`, `batch_size` and `lr` replace the recipe's. `val` pictures of the training set are held out and measured
    at the end of every epoch. `out` is the run directory to make (default: runs/<date>-<data>-<recipe>).
    `resume` continues the run in that directory, with its own settings, to the bits it would have had.

    `progress` gets each line of the log as it is written, and lines of kind "begin" and "note" besides. Training stops with a
    checkpoint when `stop` says so; without `stop`, on Ctrl-C or SIGTERM. Checkpoints are `keep_seconds` apart (15).

    Raises UsageError, InputError (also for a loss that is no longer finite), EnvironmentFault, Interrupted, PlanError, FormulaError.

    >>> result = train("mnist", recipe="fast")                                    # doctest: +SKIP
    >>> result.test.accuracy                                                      # doctest: +SKIP
    0.9934
    """
    if device not in DEVICES:
        raise UsageError("unknown device", got=device, expected=", ".join(DEVICES))
    if threads is not None and (type(threads) is not int or not 1 <= threads <= 1024):
        raise UsageError("threads must be a whole number from 1 to 1024", got=threads)
    watch = Interrupts() if stop is None else contextlib.nullcontext()
    asked = watch.asked if isinstance(watch, Interrupts) else stop
    assert asked is not None
    settings: Line
    with watch:
        if resume is not None:
            free = (arch, epochs, batch_size, lr, val, size, data_root, out)
            if any(f is not None for f in free) or recipe != "fast" or seed != 0 or isinstance(data, str):
                raise UsageError("a run is resumed with its own settings", hint=f"convscope train --resume {resume}")
            return _resumed(Path(resume), data, device, threads, progress, asked, keep_seconds)
        chosen = named(recipe).changed(epochs, batch_size, lr)
        plan = arch if isinstance(arch, Plan) else None if arch is None else resolve(arch)
        if type(seed) is not int or not 0 <= seed < 2**63:
            raise UsageError("the seed must be a whole number from 0", got=seed)
        if out is not None and os.path.lexists(out):
            raise InputError("is there already", where=str(out), hint=f"another --out, or --resume {out}")
        source = {
            "name": None if _is_dataset(data) else _findable("mnist" if data is None else data),
            "size": size,
            "data_root": None if data_root is None else _findable(data_root),
        }
        dataset = _load(data if _is_dataset(data) else source)
        from . import runs

        if plan is None:
            centred = dataset.name == "mnist" and dataset.shape == (1, 28, 28)
            arch = chosen.plan if centred else chosen.general_plan
            plan = resolve(arch)
        network = trace(plan, dataset.shape, len(dataset.classes))
        where = _device(device)
        chosen = changed_copy(chosen, precision=_precision(chosen.precision, where))
        if val is None:
            val = 0 if dataset.test is not None else min(10_000, len(dataset.train) // 6)
        pictures, _ = _parts(dataset, val)
        _check_batches(network, chosen, len(pictures))
        settings = {
            "formula": str(plan),
            "plan": arch if isinstance(arch, str) and arch in ZOO else None,
            "recipe": chosen.to_json(),
            "seed": seed,
            "epochs": chosen.steps(len(pictures)) / chosen.batches(len(pictures)),
            "steps": chosen.steps(len(pictures)),
            "data": {
                **source,
                "set": dataset.name,
                "fingerprint": dataset.fingerprint,
                "shape": dataset.shape,
                "train": len(pictures),
                "validation": val,
                "test": len(dataset.test) if dataset.test is not None else 0,
            },
            "classes": dataset.classes,
            "input": _spec(dataset, pictures, chosen).to_json(),
            "device": where.type,
            **_surroundings(threads),
        }
        path = Path(out) if out is not None else runs.fresh_path(Path("runs"), dataset.name, chosen.name)
        with runs.Run.create(path, settings) as run, _processor(settings["threads"]):
            return _work(run, dataset, progress, asked, keep_seconds)


def _resumed(
    path: Path,
    data: object,
    device: str,
    threads: int | None,
    progress: Callable[[Line], None],
    asked: Callable[[], bool],
    keep_seconds: float | None,
) -> Result:
    from . import runs

    with runs.Run.reopen(path) as run, _damage(run):
        settings = run.settings
        source = settings["data"]
        if source["name"] is None and not _is_dataset(data):
            raise InputError("this run was trained on arrays in memory", where=str(path), hint="resume it with the same data")
        dataset = _load(data if _is_dataset(data) else source)
        if dataset.fingerprint != source["fingerprint"]:
            raise InputError("the data is not what this run began with", where=source["name"] or dataset.name, hint="train anew")
        now = {"device": settings["device"] if device == "auto" else device, **_surroundings(threads or settings["threads"])}
        for name, value in now.items():
            if settings[name] != value:
                text = f"{name} was {settings[name]}, is {value}: the result may differ in its last bits"
                progress({"kind": "note", "text": text})
        run.settings = {**settings, **now}
        with _processor(now["threads"]):
            return _work(run, dataset, progress, asked, keep_seconds)


def _work(
    run: Run, dataset: Dataset, progress: Callable[[Line], None], asked: Callable[[], bool], keep_seconds: float | None
) -> Result:
    """Train from where the run stands to the end, measure, and write the model file."""
    import torch

    from . import modelfile, snapshots
    from .build import Net, build
    from .evaluation import score
    from .inputs import InputSpec
    from .training import KEEP_SECONDS, State, as_tensor, fit, scores

    settings, device = run.settings, _device(run.settings["device"])
    recipe, spec = Recipe.from_json(settings["recipe"]), InputSpec.from_json(settings["input"])
    pictures, held_out = _parts(dataset, settings["data"]["validation"])
    network = trace(parse(settings["formula"]), dataset.shape, len(dataset.classes))
    steps, seed = settings["steps"], settings["seed"]
    net = build(network, spec, seed).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = State(net, recipe)
    tensors, facts, troubles = run.newest()
    if tensors is not None:
        state.restore(tensors, facts)
    for trouble in troubles:
        text = f"{trouble}; going on from {f'step {state.step:,}' if state.step else 'the beginning'}"
        progress({"kind": "note", "text": text})
    run.rewind(state.step)
    progress({"kind": "begin", "run": str(run.path), "step": state.step, "parameters": network.parameters, **settings})

    def measure(net: Net, split: Split) -> Evaluation:
        return score(scores(net, as_tensor(split.images, device)), split.labels, dataset.classes)

    sample = snapshots.sample(*((held_out or pictures).images, (held_out or pictures).labels))
    seen = as_tensor(sample[0], device)

    def show(net: Net, step: int) -> None:
        run.show(step, *snapshots.take(net, seen, sample[1], held_out is not None, recipe.precision == "bfloat16"))

    with torch.random.fork_rng():
        fit(
            state,
            as_tensor(pictures.images, device),
            as_tensor(pictures.labels, device),
            seed=seed,
            steps=steps,
            run=run,
            measure=(lambda net: _figures(measure(net, held_out)) or {}) if held_out else None,
            show=show,
            show_at=snapshots.when(steps),
            tell=progress,
            stop=asked,
            keep_seconds=KEEP_SECONDS if keep_seconds is None else keep_seconds,
        )
    validation = measure(state.result, held_out) if held_out else None
    test = measure(state.result, dataset.test) if dataset.test is not None else None
    shown = _seen(recipe, len(pictures), steps)
    line = {"kind": "result", "step": steps, "validation": _figures(validation), "test": _figures(test)}
    line["time"] = {"seconds": round(state.seconds, 3), "images_per_second": round(shown / state.seconds, 1)}
    run.append(line)
    training = {
        "recipe": recipe.name, "plan": settings["plan"], "epochs": settings["epochs"], "steps": steps, "seed": seed,
        "data": dataset.name, "fingerprint": dataset.fingerprint, "pictures": len(pictures), "precision": recipe.precision,
        "accuracy_on": {"validation": len(held_out) if held_out else 0, "test": len(dataset.test) if dataset.test else 0},
        "time": line["time"],
    }  # fmt: skip
    told = {"training": training, "validation": _figures(validation), "test": _figures(test), "versions": settings["versions"]}
    modelfile.write(run.model, network, spec, state.result.weights(), dataset.classes, told)
    progress(line)
    return Result(
        run.path, run.model, settings["epochs"], seed, line["time"]["seconds"], line["time"]["images_per_second"],
        network.parameters, network.macs, validation, test,
    )  # fmt: skip


def _load(source: Any) -> Dataset:
    """Load data in a thread while this one imports torch and what needs it."""
    with ThreadPoolExecutor(1, "data") as pool:
        future = None
        if not _is_dataset(source):
            future = pool.submit(_load_named, source)
        from . import snapshots as snapshots  # torch and all

        return source if future is None else future.result()


def _load_named(source: Line) -> Dataset:
    from . import data

    given = {}
    if source["size"] is not None:
        given["size"] = (source["size"], source["size"])
    if source["data_root"] is not None:
        given["data_root"] = source["data_root"]
    dataset = data.load(source["name"], **given)
    dataset.fingerprint  # noqa: B018 - computed here, beside the import
    return dataset


def _is_dataset(data: object) -> bool:
    return hasattr(data, "fingerprint")


def _findable(name: Any) -> str:
    """Return a path so that it is found again from another folder; a data set's name as it is."""
    path = Path(os.fspath(name))
    return str(path.absolute()) if path.exists() and name not in ("mnist", "fashion-mnist") else os.fspath(name)


def _parts(dataset: Dataset, val: int) -> tuple[Split, Split | None]:
    return dataset.hold_out(val) if val else (dataset.train, None)


def _check_batches(network: Network, recipe: Recipe, pictures: int) -> None:
    if pictures == 0:
        raise InputError("there is no training picture")
    least = min(recipe.batch_size, pictures)
    if recipe.partial_batches and pictures % recipe.batch_size:
        least = pictures % recipe.batch_size
    if least == 1 and any(isinstance(node.layer, BatchNorm) for node in network.nodes):
        raise InputError("BatchNorm needs batches of 2 pictures or more", got=1, hint="--batch-size, or a plan without bn")


def _spec(dataset: Dataset, pictures: Split, recipe: Recipe) -> InputSpec:
    """Return what the network is given: scaled to 0…1, or by the training pictures' mean and deviation per channel."""
    import numpy as np

    from .borders import dark_borders
    from .images import RESIZE_RULE
    from .inputs import InputSpec

    invert = "auto" if dark_borders(pictures.images) else "no"
    if recipe.scaling == "unit":
        return InputSpec(dataset.shape, resize=RESIZE_RULE, invert=invert)
    total = square = np.zeros(dataset.shape[0], dtype=np.uint64)
    for part in (pictures.images[i : i + 1000] for i in range(0, len(pictures), 1000)):
        total = total + part.sum((0, 2, 3), dtype=np.uint64)
        square = square + np.multiply(part, part, dtype=np.uint16).sum((0, 2, 3), dtype=np.uint64)
    count = len(pictures) * dataset.shape[1] * dataset.shape[2]
    mean = total / count
    deviation = np.sqrt(np.maximum(square / count - mean**2, 1.0))  # pictures of one colour do not divide by 0
    means, deviations = (tuple(round(float(v), 2) for v in values) for values in (mean, deviation))
    return InputSpec(dataset.shape, means, deviations, resize=RESIZE_RULE, invert=invert)


def _device(name: str) -> torch.device:
    import torch

    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(n for n in ("cuda", "mps", "cpu") if there[n])
    if not there.get(name):
        raise EnvironmentFault("this machine, or this build of PyTorch, has no such device", got=name, hint="--device cpu")
    return torch.device(name)


def _precision(wanted: str, device: torch.device) -> str:
    """Return "float32" or "bfloat16", which "auto" takes where it is multiplied natively."""
    import torch

    if wanted != "auto":
        return wanted
    native = {
        "cpu": lambda: torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported(),
        "cuda": torch.cuda.is_bf16_supported,
    }
    return "bfloat16" if native.get(device.type, bool)() else "float32"


def _surroundings(threads: int | None) -> Line:
    """Return what the last bits of a result may hang on."""
    import numpy as np
    import torch

    import convscope

    versions = {
        "convscope": str(getattr(convscope, "__version__", "unknown")),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    return {
        "threads": threads or torch.get_num_threads(),
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "versions": versions,
    }


@contextlib.contextmanager
def _processor(threads: int) -> Iterator[None]:
    """Work with so many threads, and take numbers below 1e-38 for 0: on some processors each costs a hundred others."""
    import torch

    before = torch.get_num_threads()
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)


@contextlib.contextmanager
def _damage(run: Run) -> Iterator[None]:
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


def _seen(recipe: Recipe, pictures: int, steps: int) -> int:
    """Return how many pictures a schedule shows, each time it shows one."""
    epochs, rest = divmod(steps, recipe.batches(pictures))
    in_epoch = pictures if recipe.partial_batches else recipe.batches(pictures) * min(recipe.batch_size, pictures)
    return epochs * in_epoch + rest * min(recipe.batch_size, pictures)
