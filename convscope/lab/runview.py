"""The runs of one folder, as the lab shows them: found by their directories, followed by their logs."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import ConvscopeError, InputError
from ..formula import describe
from ..runs import in_use, read_settings

Json = dict[str, Any]
ID = re.compile(r"\w[\w.-]{0,127}")
POINTS = 200  # of a curve
KEPT = 4_000  # lines of a run in memory: beyond it every second one is dropped
BITE = 8_000_000  # bytes of a log read at once


class Log:
    """A log.jsonl that grows, or shrinks when its run is resumed: `read` returns the new lines, `version` counts beginnings."""

    def __init__(self, path: Path) -> None:
        self.path, self.offset, self.version = path, 0, 0

    def read(self) -> list[Json]:
        """Return the lines that are whole and new. After a shrinking `version` is one more and everything comes again."""
        try:
            if self.path.stat().st_size < self.offset:
                self.offset, self.version = 0, self.version + 1
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                data = file.read(BITE)
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self.offset += len(whole)
        found = []
        for line in whole.splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and value.get("kind") in ("step", "epoch", "result") and "step" in value:
                found.append(value)
        return found


class Seen:
    """One run as far as it was read."""

    def __init__(self, path: Path) -> None:
        self.path, self.log = path, Log(path / "log.jsonl")
        self.settings = read_settings(path)
        self.version = 0
        self.curve: list[tuple[int, float, float]] = []
        self.measured: list[tuple[int, float, float]] = []
        self.last: Json = {}
        self.result: Json = {}

    def update(self) -> None:
        """Read on."""
        lines = self.log.read()
        if self.log.version != self.version:
            self.version, self.curve, self.measured, self.last, self.result = self.log.version, [], [], {}, {}
        for line in lines:
            if line["kind"] == "step":
                self.curve.append((line["step"], line["loss"], line["accuracy"]))
                self.last = line
            elif line["kind"] == "epoch" and line.get("validation"):
                self.measured.append((line["step"], line["validation"]["loss"], line["validation"]["accuracy"]))
            elif line["kind"] == "result":
                self.result = line
        if len(self.curve) > KEPT:
            self.curve = self.curve[::2]

    def summary(self) -> Json:
        """Return what api.js calls a RunSummary, without a failure's message."""
        settings, last = self.settings, self.result or self.last
        finished, recipe = (self.path / "model.onnx").exists(), settings["recipe"]
        state = "finished" if finished else "running" if in_use(self.path) else "stopped"
        every = max(1, len(self.curve) // POINTS)
        points = self.curve[::every]
        if points and points[-1] != self.curve[-1]:
            points.append(self.curve[-1])
        measured = self.measured[-1] if self.measured else None
        return {
            "id": self.path.name,
            "state": state,
            "message": None,
            **{name: settings.get(name) for name in ("formula", "plan", "classes", "seed", "epochs", "steps")},
            "recipe": recipe["name"],
            "batch": recipe["batch_size"],
            "data": {n: settings["data"].get(n) for n in ("set", "train", "validation", "test", "shape")},
            "step": last.get("step", 0),
            "loss": self.last.get("loss"),
            "accuracy": self.last.get("accuracy"),
            "validation": None if measured is None else {"accuracy": measured[2], "loss": measured[1]},
            "test": self.result.get("test"),
            "seconds": (last.get("time") or {}).get("seconds", 0),
            "curve": points,
            "measured": self.measured[-POINTS:],
            "look": f"/runs/{quote(self.path.name)}/look" if finished else None,
        }


class Runs:
    """The runs in `root`, which is made if it is not there. Ids are the directories' names; nothing outside is reached."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._seen: dict[str, Seen] = {}
        self._lock = threading.Lock()

    def path(self, id: str) -> Path:
        """Return a run's directory. Raises InputError for an id that names none: of another form, a link, elsewhere."""
        path = self.root / id if ID.fullmatch(id) else self.root
        if path.parent != self.root or path.is_symlink() or not (path / "run.json").is_file():
            raise InputError("no run of this name", got=id[:140])
        return path

    def summary(self, id: str) -> Json:
        """Return one run's summary. Raises InputError where there is none or it cannot be read."""
        with self._lock:
            return self._summary(id)

    def all(self) -> dict[str, Json]:
        """Return the summary of every run that can be read, the newest first."""
        with self._lock:
            found = []
            try:
                places = [path for path in self.root.iterdir() if ID.fullmatch(path.name)]
            except OSError:
                places = []
            for place in places:
                try:
                    found.append(((place / "run.json").stat().st_mtime, place.name, self._summary(place.name)))
                except (ConvscopeError, OSError):
                    continue
            return {id: summary for _, id, summary in sorted(found, key=lambda one: one[:2], reverse=True)}

    def _summary(self, id: str) -> Json:
        path = self.path(id)
        made = (path / "run.json").stat().st_mtime_ns
        seen = self._seen.get(id)
        try:
            if seen is None or seen.settings.get("made") != made:
                seen = self._seen[id] = Seen(path)
                seen.settings["made"] = made
                checked(seen.settings)
            seen.update()
            return seen.summary()
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self._seen.pop(id, None)
            raise InputError("a run that cannot be read", got=id) from error


def checked(settings: Json) -> None:
    """Raise for settings that are none: what the page shows of them is then text and numbers of the right kinds."""
    recipe, data = settings["recipe"], settings["data"]
    texts = [settings["formula"], recipe["name"], data["set"], *settings["classes"]]
    numbers = [recipe["batch_size"], settings["steps"], settings["epochs"], data["train"], *data["shape"]]
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(n, (int, float)) for n in numbers):
        raise ValueError("settings of another kind")
    describe(settings["formula"], tuple(data["shape"]), len(settings["classes"]))
