"""Training jobs that the lab starts. Each is a process in a session of its own: it goes on when the lab is closed."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

from ..data.named_datasets import CENTRED
from ..data.sources import FILES
from ..errors import (
    BAD_INPUT,
    INTERRUPTED,
    OK,
    ConvscopeError,
    EnvironmentFault,
    InputError,
    Interrupted,
    MissingError,
    UsageError,
    phrase,
)
from ..formula import ZOO, resolve
from ..runs.directory import ask_to_stop, in_use
from ..training.options import TrainOptions
from ..training.recipes import named
from ..web.error_json import Fault, to_json
from .catalogue import Catalogue
from .launches import Launches
from .records import AUTO, Asked, DescribeRequest, RunSummary, TrainingRequest
from .run_index import RunIndex

MOST = 4  # trainings at once


class TrainingJobs:
    """The trainings that this lab started, those of earlier labs that live, and what became of them. What others
    started is found by its directory alone.
    """

    def __init__(self, runs: RunIndex, catalogue: Catalogue) -> None:
        self.runs, self.catalogue = runs, catalogue
        own = () if catalogue.drops is None else (catalogue.drops.folder,)
        self.places = (runs.root, *own, *catalogue.roots)
        self._launches = Launches(runs.root)
        self._wanted = self._launches.earlier()
        self._earlier = set(self._wanted)
        self._failed: dict[str, Fault] = {}
        self._halted: set[str] = set()
        self._begun: set[str] = set()
        self._lock = threading.Lock()
        for id in self._earlier:
            if not self._launches.alive(id):
                self._fail(id, None)

    def start(self, wanted: TrainingRequest) -> str:
        """Start a training and return its run's id. Raises ConvscopeError for anything that cannot be trained."""
        source, size = self.catalogue.source(wanted.data), wanted.size
        formula = wanted.formula if wanted.formula.strip() else None
        options = TrainOptions(
            data=source,
            arch=formula,
            recipe=None if wanted.recipe == AUTO else wanted.recipe,
            epochs=wanted.epochs,
            seed=wanted.seed,
            val=wanted.val,
            size=size,
        )
        if formula is not None:
            self.catalogue.describe(DescribeRequest(formula, wanted.data, size))
        with self._lock:
            self._room()
            how = () if wanted.recipe == AUTO else (wanted.recipe,)  # which auto finds out
            id = self._launches.reserve(wanted, short_name(Path(source)), *how)
            try:
                self._launch(id, replace(options, out=self.runs.root / id))
            except BaseException:
                self._launches.forget(id)
                raise
            self._wanted[id] = wanted
        return id

    def stop(self, id: str) -> None:
        """Ask the run's process to stop, whoever started it; end one that is still starting. Raises InputError where
        none is running.
        """
        with self._lock:
            here = id in self._wanted and not (self.runs.root / id).exists()
            path = self.runs.root / id if here else self.runs.path(id)
            if not here and in_use(path):
                ask_to_stop(path)
            elif self._launches.alive(id):
                self._halted.add(id)
                self._launches.terminate(id)  # an earlier lab's is asked as soon as it has begun
            else:
                raise InputError("run.idle", got=id)

    def resume(self, id: str) -> None:
        """Go on with a stopped run. Raises InputError for a finished one and one that is being trained."""
        path = self.runs.path(id)
        if (path / "model.onnx").exists():
            raise InputError("run.finished", got=id)
        with self._lock:
            if in_use(path) or self._launches.alive(id):
                raise InputError("run.training", got=id)
            self._room()
            self._launch(id, TrainOptions(resume=path))

    def all(self) -> dict[str, RunSummary]:
        """Return every run with what only the lab knows: starting, or failed and why, and which data was asked for."""
        with self._lock:
            self._reap()
            going = {id for id in self._wanted if self._launches.alive(id)}  # before the folder is read: one that
            found = self.runs.all()  # begins and ends meanwhile is in one or in the other
            starting = {
                id: _not_started(id, wanted, self._failed.get(id))
                for id, wanted in self._wanted.items()
                if id not in found and (id in going or id in self._failed)
            }
            every = starting | {id: self._with_process(summary) for id, summary in found.items()}
            for id, summary in every.items():
                if id not in self._earlier and (wanted := self._wanted.get(id)) is not None:
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
            if id in self._halted and id in self._earlier:
                self._halted.remove(id)
                ask_to_stop(self.runs.path(id))
        elif summary.state == "stopped" and self._launches.alive(id):
            return replace(summary, state="running" if id in self._begun else "starting")  # it lets go before it ends
        elif summary.state == "stopped" and id in self._failed:
            return replace(summary, state="failed", message=self._failed[id])
        return summary

    def _launch(self, id: str, options: TrainOptions) -> None:
        self._failed.pop(id, None)
        self._halted.discard(id)
        self._begun.discard(id)
        self._launches.launch(id, options.words())

    def _room(self) -> None:
        self._reap()
        if self._launches.count() >= MOST:
            raise UsageError("lab.busy", n=MOST, hint=phrase("lab.busy.try"))

    def _reap(self) -> None:
        for id, code in self._launches.ended():
            begun = (self.runs.root / id).exists()
            if id in self._halted:
                if not begun:
                    self._failed[id] = to_json(Interrupted("training.unstarted"))
            elif code == BAD_INPUT and begun and id in self._wanted and id not in self._begun:
                self._fail_elsewhere(id)
            elif code not in (OK, INTERRUPTED, None) or (code is None and not begun):
                self._fail(id, code)

    def _fail(self, id: str, code: int | None) -> None:
        """Keep why a training failed; of one whose exit code nobody saw, what it said."""
        ended = Interrupted("training.unstarted") if code is None else EnvironmentFault("training.exit", code=code)
        self._failed[id] = self._launches.fault(id, *self.places) or to_json(ended)

    def _fail_elsewhere(self, id: str) -> None:
        """Keep why a training failed. Where another process, no lab, took its name meanwhile, under a fresh one: the
        run of that name is not its.
        """
        self._fail(id, BAD_INPUT)
        if self._failed[id]["key"] == "run.exists":
            with contextlib.suppress(ConvscopeError):
                other = self._launches.reserve(self._wanted[id], id[len("2026-01-01-") :])
                self._wanted[other], self._failed[other] = self._wanted.pop(id), self._failed.pop(id)


def short_name(source: Path) -> str:
    """Return the name of data without the ending of a file."""
    return source.stem if source.suffix.lower() in FILES else source.name


def _not_started(id: str, wanted: TrainingRequest, message: Fault | None) -> RunSummary:
    """Return the summary of a run whose directory is not there yet."""
    recipe = named("fast" if wanted.recipe == AUTO else wanted.recipe).changed(wanted.epochs)
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
