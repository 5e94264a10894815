"""Labs and trainings at the same time, and labs that are killed: no id is given twice, no training is lost unseen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from convscope.errors import ConvscopeError
from convscope.lab.catalogue import Catalogue
from convscope.lab.jobs import TrainingJobs
from convscope.lab.records import TrainingRequest
from convscope.lab.run_index import RunIndex
from convscope.runs.directory import Run
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import ended_within
from tests.lab.rundirs import settings

POPEN = subprocess.Popen
# In place of a training, which takes seconds to begin: a run directory after a moment, or a fault; it heeds a stop.
TRAINING = """
import json, sys, time
from pathlib import Path
from convscope.errors import ConvscopeError
from convscope.runs.directory import Run
path, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
time.sleep(float(sys.argv[3]))
try:
    with Run.reopen(path) if path.exists() and sys.argv[4] == "resume" else Run.create(path, settings) as run:
        end = time.monotonic() + 3
        while not run.asked_to_stop() and time.monotonic() < end:
            time.sleep(0.01)
    sys.exit(5)
except ConvscopeError as error:
    print(json.dumps({"error": error.to_json()}))
    sys.exit(error.exit_code)
"""


def races(times: int, random: Random, tally: Tally) -> None:
    """A lab starts, stops and resumes by several threads and is killed; commands take names beside it; the next lab
    must tell of every training that was acknowledged, and give none of their ids again.
    """
    while tally.tried < times:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            root = Path(folder) / "runs"
            (root / ".lab").mkdir(parents=True)  # as the lab's server does before anything else
            begun = [_round(root, random.randrange(1 << 30), kill) for kill in (random.uniform(0.05, 0.8), None)]
            ids = [line.split()[1] for lines in begun for line in lines if line.startswith(("started", "made"))]
            if len(ids) != len(set(ids)):
                tally.fault(f"an id was given twice: {sorted(ids)}")
            for line in (line for lines in begun for line in lines):
                word, what = line.split(" ", 1)
                if word == "fault":
                    tally.fault(what)
                elif word == "started":
                    tally.ended("started")
                elif word in ("stopped", "resumed", "refused", "made"):
                    tally.ended(word)
            listed = begun[1][-1].split()[1:] if begun[1] and begun[1][-1].startswith("listed") else []
            lost = [id for id in ids if id not in listed]
            if lost:
                tally.fault(f"lost unseen: {lost}, listed: {listed}")


def _round(root: Path, seed: int, kill: float | None) -> list[str]:
    """Let a lab in a process of its own work, kill it after `kill` seconds or let it end; return what it said."""
    with tempfile.TemporaryFile() as said:
        made = os.fork()
        if made == 0:
            try:
                os.setsid()
                _work(root, Random(seed), lambda line: os.write(said.fileno(), line.encode() + b"\n"))
            except BaseException as error:
                os.write(said.fileno(), f"fault {error!r}\n".encode())
            finally:
                os._exit(0)
        if kill is not None:
            time.sleep(kill)
            os.kill(made, signal.SIGKILL)
        if not ended_within(made, 60):
            return ["fault the lab hangs"]
        return os.pread(said.fileno(), 1 << 20, 0).decode().splitlines()


def _work(root: Path, random: Random, say: Callable[[str], object]) -> None:
    """Start, stop and resume by three threads, and take names as the command line does by a fourth; then list."""
    delays = Random(random.random())

    def stand_in(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
        (path,) = (word.split("=", 1)[1] for word in words if word.startswith(("--out=", "--resume=")))
        how = "resume" if any(word.startswith("--resume=") for word in words) else "begin"
        delay = str(delays.uniform(0, 0.4))
        return POPEN([sys.executable, "-c", TRAINING, path, SETTINGS, delay, how], **options)

    subprocess.Popen = stand_in  # type: ignore[assignment, misc]
    jobs = TrainingJobs(RunIndex(root), Catalogue([]))

    def asks(seed: int) -> None:
        own, mine = Random(seed), list[str]()
        for _ in range(4):
            try:
                if not mine or own.random() < 0.5:
                    mine.append(jobs.start(TrainingRequest(formula="fc")))
                    say(f"started {mine[-1]}")
                elif own.random() < 0.6:
                    jobs.stop(own.choice(mine))
                    say("stopped one")
                else:
                    jobs.resume(own.choice(mine))
                    say("resumed one")
            except ConvscopeError as error:
                say(f"refused {error.key}")
            except Exception as error:
                say(f"fault {error!r}")
            time.sleep(own.uniform(0, 0.1))

    def takes() -> None:
        for _ in range(2):
            with Run.create_fresh(root, ("mnist", "fast"), settings()) as run:
                say(f"made {run.path.name}")

    threads = [threading.Thread(target=asks, args=(random.random(),)) for _ in range(3)]  # type: ignore[arg-type]
    threads.append(threading.Thread(target=takes))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for id, run in jobs.all().items():
        if run.state in ("starting", "running"):
            try:
                jobs.stop(id)
            except ConvscopeError:
                continue  # it ended meanwhile
    say("listed " + " ".join(jobs.all()))


SETTINGS = json.dumps(settings())
CAMPAIGNS = (
    Campaign(
        "lab-races", "starts, stops and resumes",
        "Labs that start, stop and resume by several threads and are killed: no id twice, no training lost unseen",
        races, quick=40, long=3_000,
    ),
)  # fmt: skip
