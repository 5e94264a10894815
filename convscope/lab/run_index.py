"""The runs of one folder, as the lab shows them: found by their directories, followed by their logs."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from urllib.parse import quote

from ..errors import ConvscopeError, MissingError
from ..runs.checkpoints import newest_step
from ..runs.directory import in_use
from .records import CurvePoint, RunData, RunState, RunSummary, Scores
from .run_files import Json, LogTail, checked_settings, has_only_plain_files, settings_time

ID = re.compile(r"\w[\w.-]{0,127}")
POINTS = 200  # of a curve
KEPT = 4_000  # points of a run in memory: beyond it every second one is dropped


class RunReader:
    """One run as far as it was read. Raises InputError for a directory that holds none, or a damaged one."""

    def __init__(self, path: Path) -> None:
        self.path, self.log = path, LogTail(path / "log.jsonl")
        self.made, self.settings = settings_time(path), checked_settings(path)
        self.forget()

    def forget(self) -> None:
        """Begin anew: nothing was read."""
        self.version = self.log.version
        self.curve: list[CurvePoint] = []
        self.measured: list[CurvePoint] = []
        self.last: Json = {}
        self.result: Json = {}
        self._every = self._count = 1

    def update(self, lines: list[Json]) -> None:
        """Take in what the log says more."""
        if self.log.version != self.version:
            self.forget()
        for line in lines:
            if line["kind"] == "step":
                self._count -= 1
                if not self._count:
                    self.curve.append((line["step"], line["loss"], line["accuracy"]))
                    self._count = self._every
                self.last = line
            elif line["kind"] == "epoch" and line.get("validation"):
                self.measured.append((line["step"], line["validation"]["loss"], line["validation"]["accuracy"]))
            elif line["kind"] == "result":
                self.result = line
            if len(self.curve) > KEPT:
                self.curve, self._every = self.curve[::2], 2 * self._every
                self._count = self._every

    def summary(self) -> RunSummary:
        """Return what is known of the run, without a failure's message."""
        settings, last = self.settings, self.result or self.last
        finished, data = (self.path / "model.onnx").is_file(), settings["data"]
        state: RunState = "finished" if finished else "running" if in_use(self.path) else "stopped"
        measured = self.measured[-1] if self.measured else None
        test = self.result.get("test")
        return RunSummary(
            id=self.path.name,
            state=state,
            message=None,
            formula=settings["formula"],
            plan=settings.get("plan"),
            classes=tuple(settings["classes"]),
            seed=settings["seed"],
            epochs=settings["epochs"],
            steps=settings["steps"],
            recipe=settings["recipe"]["name"],
            batch=settings["recipe"]["batch_size"],
            data=RunData(data["set"], data["train"], data.get("validation"), data.get("test"), tuple(data["shape"])),
            step=max(last.get("step", 0), newest_step(self.path / "checkpoints") if state == "stopped" else 0),
            loss=self.last.get("loss"),
            accuracy=self.last.get("accuracy"),
            validation=None if measured is None else Scores(accuracy=measured[2], loss=measured[1]),
            test=None if test is None else Scores(test["accuracy"], test["loss"]),
            seconds=last["time"]["seconds"] if last else 0,
            curve=self._thinned_curve(),
            measured=tuple(self.measured[-POINTS:]),
            look=f"/runs/{quote(self.path.name)}/look" if finished else None,
        )

    def _thinned_curve(self) -> tuple[CurvePoint, ...]:
        """Return some 200 points of the curve, the newest among them."""
        points = self.curve[:: max(1, len(self.curve) // POINTS)]
        if self.last and points[-1:] != [(newest := (self.last["step"], self.last["loss"], self.last["accuracy"]))]:
            points = [*points, newest]
        return tuple(points)


class RunIndex:
    """The runs in `root`, which is made if it is not there. Ids are the directories' names; nothing outside is
    reached."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._readers: dict[str, RunReader] = {}
        self._lock = threading.Lock()

    def path(self, id: str) -> Path:
        """Return a run's directory. Raises InputError for an id that names none: of another form, a link, elsewhere."""
        path = self.root / id if ID.fullmatch(id) else self.root
        if (
            path.parent != self.root
            or path.is_symlink()
            or not (path / "run.json").is_file()
            or not has_only_plain_files(path)
        ):
            raise MissingError("run.unknown", got=id[:140])
        return path

    def summary(self, id: str) -> RunSummary:
        """Return one run's summary. Raises InputError where there is none or it cannot be read."""
        with self._lock:
            return self._summary(id)

    def all(self) -> dict[str, RunSummary]:
        """Return the summary of every run that can be read, the newest first."""
        with self._lock:
            found = []
            try:
                places = [path for path in self.root.iterdir() if ID.fullmatch(path.name)]
            except OSError:
                places = []
            for place in places:
                try:
                    found.append((settings_time(place), place.name, self._summary(place.name)))
                except (ConvscopeError, OSError):
                    continue
            return {id: summary for _, id, summary in sorted(found, key=lambda one: one[:2], reverse=True)}

    def _summary(self, id: str) -> RunSummary:
        path = self.path(id)
        reader = self._readers.get(id)
        if reader is None or reader.made != settings_time(path):
            self._readers.pop(id, None)
            reader = RunReader(path)
            self._readers[id] = reader
        reader.update(reader.log.read())
        return reader.summary()
