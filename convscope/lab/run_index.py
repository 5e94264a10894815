"""The runs of one folder, as the lab shows them: found by their directories, followed by their logs."""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from urllib.parse import quote

from ..errors import ConvscopeError, InputError, MissingError, phrase, printable
from ..reporting.writing import NAME as REPORT
from ..runs.checkpoints import newest_step
from ..runs.directory import in_use
from ..runs.records import EpochLine, LogLine, ResultLine, StepLine
from ..web.error_json import to_json
from .records import CurvePoint, RunState, RunSummary, Scores
from .run_files import LogTail, Stamp, check_own, checked_settings, looks_like_a_run, settings_stamp

MOST_NAME = 128  # characters
ID = re.compile(rf"\w[\w.-]{{0,{MOST_NAME - 1}}}")
POINTS = 200  # of a curve
KEPT = 4_000  # points of a run in memory: beyond it every second one is dropped


class RunReader:
    """One run as far as it was read. Raises ConvscopeError for a directory that holds none, or a damaged one."""

    def __init__(self, path: Path) -> None:
        self.path, self.log = path, LogTail(path / "log.jsonl")
        self.stamp, self.settings = settings_stamp(path), checked_settings(path)
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
            is_fit=settings.is_fit,
            batch=settings.batch,
            label_smoothing=settings.label_smoothing,
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
            report=f"/runs/{quote(self.path.name)}/report" if finished and (self.path / REPORT).is_file() else None,
        )

    def _thinned_curve(self) -> tuple[CurvePoint, ...]:
        """Return some 200 points of the curve, the newest among them."""
        points = self.curve[:: max(1, len(self.curve) // POINTS)]
        if self.last and points[-1:] != [newest := _point(self.last)]:
            points = [*points, newest]
        return tuple(points)


class RunIndex:
    """The runs in `root`, which is made if it is not there. Ids are the directories' names; nothing outside is
    reached. A damaged one is named, with what is wrong with it, and hides no other."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._readers: dict[str, RunReader] = {}
        self._damage: dict[str, tuple[Stamp, ConvscopeError]] = {}  # read once, as long as run.json is the same
        self._lock = threading.Lock()

    def path(self, id: str) -> Path:
        """Return a run's directory. Raises InputError for an id that names none: of another form, a link, elsewhere."""
        path = self.root / id if ID.fullmatch(id) else self.root
        try:
            if path.parent == self.root:
                settings_stamp(path)
                check_own(path)
                return path
        except InputError:
            pass
        raise MissingError("run.unknown", got=id[:140])

    def summary(self, id: str) -> RunSummary:
        """Return one run's summary. Raises ConvscopeError where there is none or it is damaged."""
        with self._lock:
            return self._summary(self.path(id))

    def all(self) -> dict[str, RunSummary]:
        """Return the summary of every run, the newest first."""
        with self._lock:
            try:
                places = [path for path in self.root.iterdir() if path.name[0] != "." and looks_like_a_run(path)]
            except OSError:
                places = []
            found = sorted(((_when(place), place.name, self._shown(place)) for place in places), reverse=True)
            gone = self._readers.keys() | self._damage.keys()
            for name in gone.difference(place.name for place in places):
                self._readers.pop(name, None)
                self._damage.pop(name, None)
            return {summary.id: summary for _, _, summary in found}

    def _shown(self, place: Path) -> RunSummary:
        """Return the summary of a run, or what is damaged in it."""
        try:
            if not ID.fullmatch(place.name):
                raise InputError("run.name", expected=phrase("run.name.expected"), hint=phrase("run.name.try"))
            check_own(place)
            return self._summary(place)
        except ConvscopeError as error:
            return RunSummary.bare(printable(place.name, MOST_NAME), "damaged", to_json(error, place, self.root))

    def _summary(self, path: Path) -> RunSummary:
        stamp, id = settings_stamp(path), path.name
        reader = self._readers.get(id)
        if reader is None or reader.stamp != stamp:
            self._readers.pop(id, None)
            known, error = self._damage.get(id, (None, None))
            if error is not None and known == stamp:
                raise error.with_traceback(None)  # raised as it is, it would keep the way of every time before
            try:
                reader = self._readers[id] = RunReader(path)
            except ConvscopeError as damage:
                self._damage[id] = stamp, damage
                raise
        reader.update(reader.log.read())
        return reader.summary()


def _when(place: Path) -> int:
    """Return when a run began, or where that is not known its directory."""
    for path in (place / "run.json", place):
        with contextlib.suppress(OSError):
            return path.lstat().st_mtime_ns
    return 0


def _point(line: StepLine) -> CurvePoint:
    return line.step, line.loss, line.accuracy
