"""A lab in a process of its own over loopback, to attack from outside, and what it takes of the machine."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convscope.explain.look import SLIDES
from convscope.lab.app import Lab
from convscope.lab.security import AccessPolicy
from convscope.lab.server import Server
from convscope.web.listening import listening
from tests.faults.limited import ended_within
from tests.lab.asking import CANARY, KEY
from tests.lab.rundirs import run_dir, step


@dataclass
class LabProcess:
    """A lab that runs: where, and which process."""

    port: int
    pid: int
    said: int  # a file that has its standard error

    def ask(self, method: str, path: str, body: object = None, seconds: float = 60) -> bytes:
        """Return the whole answer to one good request."""
        sent = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nX-Convscope-Token: {KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\nConnection: close\r\n\r\n"
        return self.send(head.encode() + sent, seconds)

    def send(self, data: bytes, seconds: float = 60, half: bool = False) -> bytes:
        """Send bytes and return what is answered until the lab closes; b"" where it breaks the connection off."""
        answer = b""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=seconds)
        with made, contextlib.suppress(ConnectionResetError, BrokenPipeError):
            made.sendall(data)
            if half:
                with contextlib.suppress(OSError):  # it may have been closed already, with an answer to read
                    made.shutdown(socket.SHUT_WR)
            while part := made.recv(1 << 20):
                answer += part
        return answer

    def usage(self) -> dict[str, int]:
        """Return what the process has: kB of memory, threads, open files."""
        status = dict(line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text().splitlines())
        return {
            "kB": int(status["VmRSS"].split()[0]),
            "threads": int(status["Threads"]),
            "files": len(os.listdir(f"/proc/{self.pid}/fd")),
        }

    def tracebacks(self) -> str:
        """Return what the process said, where that is a traceback."""
        said = os.pread(self.said, 1 << 20, 0).decode(errors="replace")
        return said[:2000] if "Traceback" in said else ""


def status(answer: bytes) -> int:
    """Return the status of the first answer; 0 where there is none."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0


@contextlib.contextmanager
def lab_process(folder: Path) -> Iterator[LabProcess]:
    """Serve a lab over `folder`, with good and damaged runs; no training is started, for none can be."""
    runs = folder / "runs"
    (folder / "data").mkdir()
    (runs / ".lab").mkdir(parents=True)
    lines = [json.loads(line) for line in (SLIDES / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    run_dir(runs, "good", lines, finished=True)
    run_dir(runs, "half", [step(number) for number in range(50)])
    run_dir(runs, "damaged").joinpath("run.json").write_bytes(b"\xff{")
    run_dir(runs, "bare").joinpath("run.json").unlink()
    (runs / "link").symlink_to(folder)
    (folder / "canary.txt").write_text(CANARY)
    with tempfile.TemporaryFile() as said, listening("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                _serve(folder, bound, port)
            finally:
                sys.stderr.flush()
                os._exit(0)
        bound.close()
        made = LabProcess(port, pid, said.fileno())
        try:
            yield made
        finally:
            os.kill(pid, signal.SIGTERM)
            if not ended_within(pid, 30):
                raise AssertionError("the lab did not end by SIGTERM within 30 s")


def _serve(folder: Path, bound: socket.socket, port: int) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    subprocess.Popen = none  # type: ignore[assignment, misc]
    policy = AccessPolicy(frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}), KEY)
    Server(Lab(folder / "runs", [folder / "data"], policy)).run(sockets=[bound])
