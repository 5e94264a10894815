"""Training jobs that the lab starts. Each is a process in a session of its own: it goes on when the lab is closed."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

from ..data.named_datasets import CENTRED
from ..errors import INTERRUPTED, OK, EnvironmentFault, InputError, Interrupted, MissingError, UsageError, phrase
from ..formula import ZOO, resolve
from ..runs.directory import ask_to_stop, fresh_path, in_use
from ..training.options import TrainOptions
from ..training.recipes import named
from .catalogue import Catalogue
from .error_json import last_fault, to_json
from .records import Asked, DescribeRequest, Fault, RunSummary, TrainingRequest
from .run_index import RunIndex

MOST = 4  # trainings at once
MOST_WORDS = 20_000  # bytes read of what a process answers


class TrainingJobs:
    """The processes that this lab started, and what became of them. What others started is found by its directory
    alone.
    """

    def __init__(self, runs: RunIndex, catalogue: Catalogue) -> None:
        self.runs, self.catalogue = runs, catalogue
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._failed: dict[str, Fault] = {}
        self._wanted: dict[str, TrainingRequest] = {}
        self._halted: set[str] = set()
        self._begun: set[str] = set()
        self.places = (runs.root, *catalogue.roots)
        self._lock = threading.Lock()

    def start(self, wanted: TrainingRequest) -> str:
        """Start a training and return its run's id. Raises ConvscopeError for anything that cannot be trained."""
        source, size = self.catalogue.source(wanted.data), wanted.size
        formula = wanted.formula if wanted.formula.strip() else None
        options = TrainOptions(
            data=source,
            arch=formula,
            recipe=wanted.recipe,
            epochs=wanted.epochs,
            seed=wanted.seed,
            val=wanted.val,
            size=size,
        )
        if formula is not None:
            self.catalogue.describe(DescribeRequest(formula, wanted.data, size))
        with self._lock:
            self._room()
            path = self._free(Path(source).name, options.chosen_recipe().name)
            self._wanted[path.name] = wanted
            self._launch(path, replace(options, out=path))
        return path.name

    def stop(self, id: str) -> None:
        """Ask the run's process to stop, whoever started it; end one that is still starting. Raises InputError where
        none is running.
        """
        with self._lock:
            here = id in self._wanted and not (self.runs.root / id).exists()
            path = self.runs.root / id if here else self.runs.path(id)
            if not here and in_use(path):
                ask_to_stop(path)
            elif self._alive(id):
                self._halted.add(id)
                self._processes[id].terminate()
            else:
                raise InputError("run.idle", got=id)

    def resume(self, id: str) -> None:
        """Go on with a stopped run. Raises InputError for a finished one and one that is being trained."""
        path = self.runs.path(id)
        if (path / "model.onnx").exists():
            raise InputError("run.finished", got=id)
        with self._lock:
            if in_use(path) or self._alive(id):
                raise InputError("run.training", got=id)
            self._room()
            self._launch(path, TrainOptions(resume=path))

    def all(self) -> dict[str, RunSummary]:
        """Return every run with what only the lab knows: starting, or failed and why, and which data was asked for."""
        found = self.runs.all()
        with self._lock:
            self._reap()
            starting = {
                id: _not_started(id, wanted, self._failed.get(id))
                for id, wanted in self._wanted.items()
                if id not in found and (self._alive(id) or id in self._failed)
            }
            every = starting | {id: self._with_process(summary) for id, summary in found.items()}
            for id, summary in every.items():
                if (wanted := self._wanted.get(id)) is not None:
                    every[id] = replace(summary, asked=Asked(wanted.data, wanted.size))
        return every

    def one(self, id: str) -> RunSummary:
        """Return one run as `all` does. Raises InputError where there is none."""
        found = self.all().get(id)
        if found is None:
            raise MissingError("run.unknown", got=id[:140])
        return found

    def _with_process(self, summary: RunSummary) -> RunSummary:
        """Return a run's summary with what its process says of it."""
        id = summary.id
        if summary.state == "running":
            self._begun.add(id)
        elif summary.state == "stopped" and self._alive(id):
            return replace(summary, state="running" if id in self._begun else "starting")  # it lets go before it ends
        elif summary.state == "stopped" and id in self._failed:
            return replace(summary, state="failed", message=self._failed[id])
        return summary

    def _launch(self, path: Path, options: TrainOptions) -> None:
        self._failed.pop(path.name, None)
        self._halted.discard(path.name)
        self._begun.discard(path.name)
        self._messages(path.name).parent.mkdir(parents=True, exist_ok=True)
        with open(self._messages(path.name), "wb") as messages, open(self._answer(path.name), "wb") as answer:
            self._processes[path.name] = subprocess.Popen(
                [sys.executable, "-P", "-m", "convscope", "train", "--json", *options.words()],
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=messages,
                start_new_session=True,
            )

    def _room(self) -> None:
        self._reap()
        if len(self._processes) >= MOST:
            raise UsageError("lab.busy", n=MOST, hint=phrase("lab.busy.try"))

    def _free(self, *names: str) -> Path:
        number, first = 1, fresh_path(self.runs.root, *names)
        path = first
        while path.name in self._wanted or path.exists():
            number += 1
            path = first.with_name(f"{first.name}-{number}")
        return path

    def _alive(self, id: str) -> bool:
        process = self._processes.get(id)
        return process is not None and process.poll() is None

    def _reap(self) -> None:
        for id, process in list(self._processes.items()):
            if process.poll() is None:
                continue
            del self._processes[id]
            if id in self._halted:
                if not (self.runs.root / id).exists():
                    self._failed[id] = to_json(Interrupted("training.unstarted"))
            elif process.returncode not in (OK, INTERRUPTED):
                ended = to_json(EnvironmentFault("training.exit", code=process.returncode))
                self._failed[id] = self._fault(id) or ended

    def _fault(self, id: str) -> Fault | None:
        """Return what a training that has ended says went wrong."""
        try:
            with open(self._answer(id), "rb") as file:
                file.seek(-min(MOST_WORDS, file.seek(0, 2)), 2)
                return last_fault(file.read().decode("utf-8", "replace"), *self.places)
        except OSError:
            return None

    def _messages(self, id: str) -> Path:
        return self.runs.root / ".lab" / f"{id}.txt"

    def _answer(self, id: str) -> Path:
        return self.runs.root / ".lab" / f"{id}.json"


def _not_started(id: str, wanted: TrainingRequest, message: Fault | None) -> RunSummary:
    """Return the summary of a run whose directory is not there yet."""
    recipe = named(wanted.recipe).changed(wanted.epochs)
    own = recipe.plan if wanted.data in CENTRED and wanted.size in (None, 28) else recipe.general_plan
    formula = wanted.formula.strip()
    return replace(
        RunSummary.bare(id, "starting" if message is None else "failed", message),
        formula=str(resolve(formula or own)),
        plan=formula if formula in ZOO else None if formula else own,
        seed=wanted.seed or 0,
        epochs=recipe.epochs,
        recipe=recipe.name,
        batch=recipe.batch_size,
    )
