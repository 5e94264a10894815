"""Server-sent events: the list of runs as it changes, and one run's log and snapshots as they come."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from pathlib import Path

from ..errors import InputError
from ..explain.payload.history import measured_on, snapshot_of
from ..runs.records import LogLine, StepLine
from ..runs.snapshots import read_snapshot
from .jobs import TrainingJobs
from .records import LiveSnapshot, RunSummary
from .run_files import LogTail

PAUSE = 0.25  # seconds
BURST = 1_500  # old lines sent at the beginning: of more, steps are thinned
ACTIVE = ("starting", "running")


def event(name: str, data: object) -> str:
    """Return one event; JSON has no line ends, so that it is one line."""
    return f"event: {name}\ndata: {json.dumps(data, allow_nan=False)}\n\n"


class RunsNow:
    """The list of runs, read once for everybody who asks at the same time: 24 streams of 300 runs would keep the
    machine busy with nothing else.
    """

    def __init__(self, jobs: TrainingJobs) -> None:
        self.jobs = jobs
        self._reading: asyncio.Future[dict[str, RunSummary]] | None = None
        self._begun = 0.0

    async def all(self, anew: bool = False) -> dict[str, RunSummary]:
        """Return the list as it was less than PAUSE ago, or as it is now."""
        if self._reading is None or anew or (self._reading.done() and time.monotonic() - self._begun > PAUSE / 2):
            self._begun = time.monotonic()
            self._reading = asyncio.ensure_future(asyncio.to_thread(self.jobs.all))
        return await asyncio.shield(self._reading)


async def all_runs_events(runs: RunsNow, over: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield `runs` once, then `run` and `gone` until `over` says so."""
    known = await runs.all()
    yield event("runs", [summary.to_json() for summary in known.values()])
    async for _ in _ticks(over):
        now = await runs.all()
        for id, summary in now.items():
            if known.get(id) != summary:
                yield event("run", summary.to_json())
        for id in known.keys() - now.keys():
            yield event("gone", {"id": id})
        yield _heartbeat() if known == now else ""
        known = now


async def run_events(runs: RunsNow, id: str, over: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield `run`, `line`, `snapshot` and `reset` until the run is over, then `end`."""
    path, shown, before = runs.jobs.runs.root / id, set[str](), None
    log = LogTail(path / "log.jsonl")
    version = log.version
    async for _ in _ticks(over, at_once=True):
        summary = (await runs.all(anew=before is None)).get(id)
        if summary is None:
            return
        if summary != before:
            yield event("run", summary.to_json())
        before = summary
        lines = await asyncio.to_thread(log.read)
        if log.version != version:
            version = log.version
            shown.clear()
            yield event("reset", {})
        for line in thinned(lines):
            yield event("line", line.to_json())
        for file in await asyncio.to_thread(new_snapshots, path, shown):
            shot_now = await asyncio.to_thread(snapshot, file)
            shown.add(file.name)
            if shot_now is not None:
                yield event("snapshot", shot_now.to_json())
        if summary.state not in ACTIVE and not lines:
            yield event("end", summary.to_json())
            return
        yield _heartbeat()


def thinned(lines: list[LogLine]) -> list[LogLine]:
    """Return at most some 1,500 of many lines: every epoch and result, and evenly spaced steps."""
    every = max(1, len(lines) // BURST)
    return [line for i, line in enumerate(lines) if not isinstance(line, StepLine) or i % every == 0]


def new_snapshots(path: Path, shown: set[str]) -> list[Path]:
    """Return the snapshot files that were not shown yet, by step."""
    try:
        return sorted(
            f
            for f in (path / "snapshots").glob("*.safetensors")
            if f.name not in shown and stat.S_ISREG(f.lstat().st_mode)
        )
    except OSError:
        return []


def snapshot(file: Path) -> LiveSnapshot | None:
    """Return a snapshot as api.js has it; None for a damaged one."""
    try:
        found = read_snapshot(file)
        shown = snapshot_of(found)
        parts = {field.name: getattr(shown, field.name) for field in fields(shown)}
        picture = found.tensors["picture"]
        return LiveSnapshot(**parts, n=found.facts.n, picture=picture, on=measured_on(found.facts))
    except (InputError, OSError):
        return None


async def _ticks(over: Callable[[], bool], at_once: bool = False) -> AsyncIterator[None]:
    if at_once:
        yield
    while not over():
        await asyncio.sleep(PAUSE)
        if not over():
            yield


def _heartbeat() -> str:
    return ": still here\n\n"
