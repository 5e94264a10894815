"""Train with several processes, many times over: a process of its own imports PyTorch once and forks for each.

A `Together` is that process as the tests see it; `python -m tests.training.together` is what it runs. It reads one
JSON object a line, a `Job`, and answers with how every member of the group ended.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
ALONE = {"OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"}  # the second is what `launched` sets


@dataclass
class Job:
    """One training by `size` processes. `options` are train's own; `recipe` has Recipe's fields, `pictures` are made.

    Every member is given `own` options by its rank, and after `late` seconds. `signals` are sent [rank, number, seconds
    after all have begun, or "step n" once the log has a line of that step]. `silence` seconds are waited for others.
    """

    size: int
    options: dict[str, Any]
    recipe: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    signals: list[list[Any]] = field(default_factory=list)
    attempt: int = 0
    id: str = "one"
    silence: float = 10.0
    latest: float = 10.0
    seconds: float = 60.0  # after which whatever still runs counts as hung
    dawdle: float = 0.0  # seconds that the first takes to show a note
    backend: str = ""
    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)  # where each member stands, by rank


@dataclass
class Member:
    """How one process of a group ended: its exit code, or minus the signal; what it said; whether it hung."""

    code: int
    said: str
    hung: bool

    @property
    def lines(self) -> list[str]:
        """What it said, without what gloo and torch say themselves, which begins with [."""
        return [line for line in self.said.splitlines() if line and not line.startswith(("[", "try:", "note:"))]


class Together:
    """A process that trains in groups; a context manager."""

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.training.together"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT, env={**os.environ, **ALONE, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(60)
        self._server.stdout.close()

    def train(self, job: Job) -> list[Member]:
        """Do a job and return how its members ended, by rank."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(asdict(job)), file=self._server.stdin, flush=True)
        return [Member(**member) for member in json.loads(self._server.stdout.readline())]


def pictures(n: int = 70, test: int = 10, channels: int = 1, seed: int = 0, mapped: str = "") -> Any:
    """Return random pictures of 8×8 in three classes; in a file at `mapped`, from which they are mapped."""
    import numpy as np

    from convscope import data

    rng = np.random.default_rng(seed)
    images, labels = rng.integers(0, 256, (n + test, channels, 8, 8), dtype=np.uint8), rng.integers(0, 3, n + test)
    if mapped:
        path = Path(mapped)
        if not path.exists():
            own = path.with_name(f"{path.stem}-{os.getpid()}.npy")  # several processes come here at once
            np.save(own, images)
            own.replace(path)
        images = np.load(path, mmap_mode="r")
    held = (images[n:], labels[n:]) if test else None
    return data.arrays(images[:n], labels[:n], ["a", "b", "c"], test=held)


def member(job: Job, rank: int) -> int:
    """Be one process of a job; return its exit code, 99 after a traceback."""
    from convscope.cli.main import report
    from convscope.errors import ConvscopeError
    from convscope.leaving import leave_on_signals
    from convscope.training import distributed, meeting
    from convscope.training.events import NoteLine
    from convscope.training.recipes import Augmentation, Recipe
    from convscope.training.session import train

    try:
        leave_on_signals()
        time.sleep(job.late.get(str(rank), 0.0))
        distributed.TIMEOUT = meeting.TIMEOUT = datetime.timedelta(seconds=job.silence)
        meeting.LATEST = job.latest
        if job.backend:
            _other_backend(job.backend)
        options = {"threads": 1, "keep_seconds": 0.0, **job.options, **job.own.get(str(rank), {})}
        made = {**job.pictures, **options.pop("pictures", {})}
        options.setdefault("data", pictures(**made) if made else None)
        if "resume" in options:
            options["data"] = None if isinstance(options["data"], str) else options["data"]
            options = {name: options[name] for name in ("data", "threads", "keep_seconds", "resume")}
        elif job.recipe:
            fields = {**job.recipe, "augmentation": Augmentation(**job.recipe.get("augmentation", {}))}
            options["recipe"] = Recipe(name="made", plan="", general_plan="", **fields)
        train(**options, progress=lambda event: time.sleep(job.dawdle) if isinstance(event, NoteLine) else None)
        return 0
    except ConvscopeError as error:
        report(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped")
        return 5
    except BaseException:
        traceback.print_exc()
        return 99


def _other_backend(backend: str) -> None:
    """Form groups by another backend, such as gloo under the name that a group with GPUs has."""
    import torch.distributed as dist

    form = dist.init_process_group
    dist.init_process_group = lambda _, **words: form(backend, **words)


def serve() -> None:
    """Read jobs until there are no more."""
    # Whatever a member imports is imported once, here.
    import onnx  # noqa: F401
    import platformdirs  # noqa: F401
    import safetensors.numpy  # noqa: F401
    import torch._dynamo
    import torch._inductor.utils  # noqa: F401 - by DistributedDataParallel

    import convscope.training.distributed
    import convscope.training.export
    import convscope.training.loop
    import convscope.training.session
    import convscope.training.snapshots  # noqa: F401

    for line in sys.stdin:
        print(json.dumps([vars(one) for one in _group(Job(**json.loads(line)))]), flush=True)


def _group(job: Job) -> list[Member]:
    outs = [tempfile.TemporaryFile() for _ in range(job.size)]  # noqa: SIM115
    pids = [_fork(job, rank, outs[rank].fileno()) for rank in range(job.size)]
    began, codes, hung = time.monotonic(), dict[int, int](), set[int]()
    left = list(job.signals)
    while len(codes) < job.size:
        for signalled in list(left):
            rank, number, when = signalled
            due = _has_step(job, int(when.split()[1])) if isinstance(when, str) else time.monotonic() - began > when
            if due:
                left.remove(signalled)
                if rank not in codes:
                    os.kill(pids[rank], number)
        for rank in set(range(job.size)) - set(codes):
            done, status = os.waitpid(pids[rank], os.WNOHANG)
            if done:
                codes[rank] = os.waitstatus_to_exitcode(status)
        stopped = {rank for rank, number, _ in job.signals if number == signal.SIGSTOP}
        if stopped and set(range(job.size)) - set(codes) <= stopped and not left:
            for rank in stopped - set(codes):
                os.kill(pids[rank], signal.SIGKILL)  # as torchrun does once the others have ended
        if time.monotonic() - began > job.seconds and not hung:
            hung = set(range(job.size)) - set(codes)
            for rank in hung:
                os.kill(pids[rank], signal.SIGKILL)
        time.sleep(0.005)
    said = [os.pread(out.fileno(), 1 << 20, 0).decode(errors="replace") for out in outs]
    for out in outs:
        out.close()
    return [Member(codes[rank], said[rank], rank in hung) for rank in range(job.size)]


def _fork(job: Job, rank: int, out: int) -> int:
    port = job.port or _free_port()
    job.port = port
    unheeded = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, unheeded)
        return pid
    code = 99
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, unheeded)
        for number in (1, 2):
            os.dup2(out, number)
        if job.folders:
            os.chdir(job.folders[rank])
        os.environ |= {
            "RANK": str(rank), "WORLD_SIZE": str(job.size), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(job.size),
            "TORCHELASTIC_RESTART_COUNT": str(job.attempt), "TORCHELASTIC_MAX_RESTARTS": "3",
            "TORCHELASTIC_RUN_ID": job.id, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            "GLOO_SOCKET_IFNAME": "lo", **job.environment,
        }  # fmt: skip
        code = member(job, rank)
    except KeyboardInterrupt:  # before anything has begun
        code = 5
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _has_step(job: Job, step: int) -> bool:
    """Whether the log of the run has a line of this step or a later one."""
    run = job.options.get("out") or job.options["resume"]
    path = Path(job.folders[0] if job.folders else "", run, "log.jsonl")
    with contextlib.suppress(OSError, IndexError, ValueError):
        return bool(json.loads(path.read_bytes().split(b"\n")[-2])["step"] >= step)
    return False


if __name__ == "__main__":
    serve()
