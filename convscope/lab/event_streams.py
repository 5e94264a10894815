"""Server-sent events: the list of runs as it changes, and one run's log and snapshots as they come."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from pathlib import Path

from ..errors import InputError
from ..explain.payload.history import measured_on, snapshot_of
from ..runs.records import LogLine, StepLine
from ..runs.snapshots import read_snapshot
from .jobs import TrainingJobs
from .records import LiveSnapshot
from .run_files import LogTail

PAUSE = 0.25  # seconds
BURST = 1_500  # old lines sent at the beginning: of more, steps are thinned
ACTIVE = ("starting", "running")


def event(name: str, data: object) -> str:
    """Return one event; JSON has no line ends, so that it is one line."""
    return f"event: {name}\ndata: {json.dumps(data, allow_nan=False)}\n\n"


async def all_runs_events(jobs: TrainingJobs, over: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield `runs` once, then `run` and `gone` until `over` says so."""
    known = await asyncio.to_thread(jobs.all)
    yield event("runs", [summary.to_json() for summary in known.values()])
    async for _ in _ticks(over):
        now = await asyncio.to_thread(jobs.all)
        for id, summary in now.items():
            if known.get(id) != summary:
                yield event("run", summary.to_json())
        for id in known.keys() - now.keys():
            yield event("gone", {"id": id})
        yield _heartbeat() if known == now else ""
        known = now


async def run_events(jobs: TrainingJobs, id: str, over: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield `run`, `line`, `snapshot` and `reset` until the run is over, then `end`."""
    path, shown, before = jobs.runs.root / id, set[str](), None
    log = LogTail(path / "log.jsonl")
    version = log.version
    async for _ in _ticks(over, at_once=True):
        try:
            summary = await asyncio.to_thread(jobs.one, id)
        except InputError:
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
