"""The runs of one folder, as the lab shows them: found by their directories, followed by their logs."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from urllib.parse import quote

from ..errors import ConvscopeError, MissingError
from ..runs.checkpoints import newest_step
from ..runs.directory import in_use
from ..runs.records import EpochLine, LogLine, ResultLine, StepLine
from .records import CurvePoint, RunState, RunSummary, Scores
from .run_files import LogTail, checked_settings, has_only_plain_files, settings_time

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
        self.last: StepLine | None = None
        self.result: ResultLine | None = None
        self._every = self._count = 1

    def update(self, lines: list[LogLine]) -> None:
        """Take in what the log says more."""
        if self.log.version != self.version:
            self.forget()
        for line in lines:
            if isinstance(line, StepLine):
                self._count -= 1
                if not self._count:
                    self.curve.append(_point(line))
                    self._count = self._every
                self.last = line
            elif isinstance(line, EpochLine) and line.validation is not None:
                self.measured.append((line.step, line.validation.loss, line.validation.accuracy))
            elif isinstance(line, ResultLine):
                self.result = line
            if len(self.curve) > KEPT:
                self.curve, self._every = self.curve[::2], 2 * self._every
                self._count = self._every

    def summary(self) -> RunSummary:
        """Return what is known of the run, without a failure's message."""
        settings, at = self.settings, self.result or self.last
        finished, test = (self.path / "model.onnx").is_file(), None if self.result is None else self.result.test
        state: RunState = "finished" if finished else "running" if in_use(self.path) else "stopped"
        measured = self.measured[-1] if self.measured else None
        return RunSummary(
            id=self.path.name,
            state=state,
            message=None,
            formula=settings.formula,
            plan=settings.plan,
            classes=settings.classes,
            seed=settings.seed,
            epochs=settings.epochs,
            steps=settings.steps,
            recipe=settings.recipe,
            batch=settings.batch,
            data=settings.data,
            step=max(at.step if at else 0, newest_step(self.path / "checkpoints") if state == "stopped" else 0),
            loss=None if self.last is None else self.last.loss,
            accuracy=None if self.last is None else self.last.accuracy,
            validation=None if measured is None else Scores(accuracy=measured[2], loss=measured[1]),
            test=None if test is None else Scores(test.accuracy, test.loss),
            seconds=at.seconds if at else 0,
            curve=self._thinned_curve(),
            measured=tuple(self.measured[-POINTS:]),
            look=f"/runs/{quote(self.path.name)}/look" if finished else None,
        )

    def _thinned_curve(self) -> tuple[CurvePoint, ...]:
        """Return some 200 points of the curve, the newest among them."""
        points = self.curve[:: max(1, len(self.curve) // POINTS)]
        if self.last and points[-1:] != [newest := _point(self.last)]:
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


def _point(line: StepLine) -> CurvePoint:
    return line.step, line.loss, line.accuracy
