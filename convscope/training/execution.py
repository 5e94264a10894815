"""How a run is begun, continued and worked to its model file, by one process or by several (see team)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConvscopeError, InputError, phrase
from ..formula import parse, trace
from .recipes import Recipe
from .rendezvous import joined
from .torchrun import launched
from .worker_group import Team

if TYPE_CHECKING:
    from ..build import Net
    from ..data import Dataset, Split
    from ..evaluation import Evaluation
    from ..prediction import Model
    from ..runs.directory import Run

Line = dict[str, Any]


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
        from ..prediction import load

        return load(self.model)

    def to_json(self) -> Line:
        """Return the fields as JSON takes them; of validation and test accuracy (0…1) and loss (nats)."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told = {name: figures(fields[name]) for name in ("validation", "test")}
        return {**fields, "run": str(self.run), "model": str(self.model), **told}


@dataclass(frozen=True)
class Terms:
    """What a session is worked with: who takes part, on what, whom to tell, and when to stop and to keep."""

    team: Team
    device: str
    threads: int | None
    progress: Callable[[Line], None]
    stop: Callable[[], bool]
    keep_seconds: float

    def note(self, text: str) -> None:
        """Tell one thing besides the log."""
        self.progress({"kind": "note", "text": text})


@contextlib.contextmanager
def terms(
    device: str,
    threads: int | None,
    progress: Callable[[Line], None],
    stop: Callable[[], bool],
    keep_seconds: float,
) -> Iterator[Terms]:
    """Join the other processes, if there are any; only the first of them tells."""
    with joined(launched(), device) as team:
        yield Terms(team, device, threads, progress if team.rank == 0 else lambda line: None, stop, keep_seconds)


def begun(out: str | os.PathLike[str] | None, team: Team) -> Path | None:
    """Return the run that this launch by torchrun had begun before it was started anew, if any. Raises InputError if
    `out` is another.
    """

    def search() -> Line:
        from ..runs.directory import read_settings

        if team.launch is not None and team.launch.attempt:
            for path in Path("runs").glob("*") if out is None else [Path(out)]:
                with contextlib.suppress(InputError):
                    if read_settings(path).get("launch") == team.launch.id:
                        return {"path": str(path)}
        if out is not None and os.path.lexists(out):
            raise InputError("run.exists", where=str(out), hint=phrase("run.exists.try", path=out))
        return {"path": None}

    found = team.told(search)["path"]
    return None if found is None else Path(found)


def begin(
    source: Line,
    given: object,
    settle: Callable[[Dataset, Terms], Line],
    out: str | os.PathLike[str] | None,
    terms: Terms,
) -> Result:
    """Begin a new run, with what `settle` makes of the data, and work it to its end."""
    from ..runs import directory
    from . import settings as preparation

    team = terms.team
    dataset = preparation.load(source, given)
    team.wait()
    made: list[Run] = []
    with contextlib.ExitStack() as held:

        def make() -> Line:
            settings = {**settle(dataset, terms), "launch": team.launch and team.launch.id}
            name = str(settings["recipe"]["name"])
            path = Path(out) if out is not None else directory.fresh_path(Path("runs"), dataset.name, name)
            made.append(held.enter_context(directory.Run.create(path, settings)))
            return {"path": str(path), "settings": made[0].settings}

        told = team.told(make)
        return _work(made[0] if made else None, told, dataset, terms)


def resume(path: Path, given: object, terms: Terms, finished: bool = False) -> Result:
    """Go on with the run at `path`; one that is `finished` is refused unless it says otherwise."""
    from ..runs import directory
    from . import settings as preparation

    made: list[Run] = []
    with contextlib.ExitStack() as held:

        def reopen() -> Line:
            made.append(held.enter_context(directory.Run.reopen(path, finished)))
            return {"path": str(path), "settings": made[0].settings}

        told = terms.team.told(reopen)
        with _odd(path):
            source = told["settings"]["data"]
            if source["name"] is None and not preparation.is_dataset(given):
                raise InputError("run.arrays", where=str(path), hint=phrase("run.arrays.try"))
            dataset = preparation.load(source, given)
            terms.team.wait()
            told["settings"] = _continued(told["settings"], terms)
            return _work(made[0] if made else None, told, dataset, terms)


def _continued(settings: Line, terms: Terms) -> Line:
    """Return the settings of a run that goes on here, and note what is not as it was when the run began."""
    from ..machine.device import environment

    place = settings["device"] if terms.device == "auto" else terms.device
    now = {"device": place, **asdict(environment(terms.threads or settings["threads"])), "processes": terms.team.size}
    for name, value in now.items():
        if settings[name] != value:
            text = (
                f"{name}: it began with {settings[name]}, goes on with {value}; the last bits of the result may differ"
            )
            terms.progress({"kind": "note", "text": text})
    return {**settings, **now}


def _work(run: Run | None, told: Line, dataset: Dataset, terms: Terms) -> Result:
    """Train from where the run stands to the end, measure, and write the model file. Without `run` another process
    writes.
    """
    import torch

    from ..build import build
    from ..evaluation import score
    from ..machine.device import cpu_settings, resolve_device
    from ..pictures.input_spec import InputSpec
    from . import snapshots
    from .loop import State, as_tensor, fit, scores
    from .param_groups import initialised
    from .settings import parts

    team, progress = terms.team, terms.progress
    settings, path = told["settings"], Path(told["path"])
    if dataset.fingerprint != settings["data"]["fingerprint"]:
        name = settings["data"]["name"] or dataset.name
        raise InputError("run.data", where=name, hint=phrase("run.anew.try"))
    device = resolve_device(settings["device"])
    recipe, spec = Recipe.from_json(settings["recipe"]), InputSpec.from_json(settings["input"])
    pictures, held_out = parts(dataset, settings["data"]["validation"])
    network = trace(parse(settings["formula"]), dataset.shape, len(dataset.classes))
    steps, seed = settings["steps"], settings["seed"]

    def measure(net: Net, split: Split) -> Evaluation:
        mine = scores(net, as_tensor(split.images[team.parts(len(split))], device))
        return score(team.gather(mine, len(split)), split.labels, dataset.classes)

    shown_images, shown_labels = snapshots.sample(*((held_out or pictures).images, (held_out or pictures).labels))

    def show(net: Net, step: int) -> None:
        if run is not None:
            images = as_tensor(shown_images, device)
            bf16 = recipe.precision == "bfloat16"
            run.show(step, *snapshots.take(net, images, shown_labels, held_out is not None, bf16))

    with cpu_settings(settings["threads"]), torch.random.fork_rng():
        net = initialised(build(network, spec, seed), recipe, seed).to(device)
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        state = State(net, recipe)
        if run is not None:
            tensors, facts, troubles = run.newest()
            if tensors is not None:
                state.restore(tensors, facts)
            for trouble in troubles:
                where = f"step {state.step:,}" if state.step else "the beginning"
                progress({"kind": "note", "text": f"{trouble}; going on from {where}"})
            run.rewind(state.step)
        team.spread(state.tensors().values())
        state.place(team.told(lambda: state.facts()))
        progress({"kind": "begin", "run": str(path), "step": state.step, "parameters": network.parameters, **settings})
        fit(
            state,
            as_tensor(pictures.images, device),
            as_tensor(pictures.labels, device),
            seed=seed,
            steps=steps,
            rounds=settings["rounds"],
            target=settings["target"],
            team=team,
            run=run,
            measure=None if held_out is None else lambda net: figures(measure(net, held_out)),
            show=show,
            show_at=snapshots.when(*settings["rounds"]),
            tell=progress,
            stop=lambda: terms.stop() or (run is not None and run.asked_to_stop()),
            keep_seconds=terms.keep_seconds,
        )
        validation = measure(state.result, held_out) if held_out else None
        test = measure(state.result, dataset.test) if dataset.test is not None else None
    done = {"steps": state.step, "epochs": state.step / recipe.batches(len(pictures))}
    if settings["target"] is not None and not state.reached:
        progress({"kind": "note", "text": _missed(settings["target"], validation)})
    speed = recipe.pictures(len(pictures), state.step) / state.seconds
    line: Line = {"kind": "result", "step": state.step, "validation": figures(validation), "test": figures(test)}
    line["time"] = {"seconds": round(state.seconds, 3), "images_per_second": round(speed, 1)}
    if run is not None:
        run.append(line)
        run.sync()
        _write_model(run, {**settings, **done}, dataset, state.result, line)
    team.wait()  # the model file is there for all
    progress(line)
    return Result(
        path,
        path / "model.onnx",
        done["epochs"],
        seed,
        line["time"]["seconds"],
        line["time"]["images_per_second"],
        network.parameters,
        network.macs,
        validation,
        test,
    )


def _missed(target: float, validation: Evaluation | None) -> str:
    got = f"{100 * validation.accuracy:.2f} %" if validation else "nothing"
    return (
        f"{100 * target:g} % was asked for and not reached: {got} on the pictures held out; more training pictures, "
        "augmentation or another plan may help, a longer time hardly"
    )


def _write_model(run: Run, settings: Line, dataset: Dataset, net: Net, result: Line) -> None:
    from .. import modelfile

    recipe = settings["recipe"]
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
def _odd(path: Path) -> Iterator[None]:
    """Turn what a run.json of odd contents leads to into an error that names it."""
    try:
        yield
    except ConvscopeError:
        raise
    except (KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError("run.odd", reason=reason, where=str(path / "run.json"), hint=phrase("run.anew.try")) from error


def figures(evaluation: Evaluation | None) -> Line | None:
    """Return what the log and JSON say of an evaluation."""
    return None if evaluation is None else {"accuracy": evaluation.accuracy, "loss": evaluation.loss}
