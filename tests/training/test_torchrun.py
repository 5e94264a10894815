"""Processes that torchrun starts, on one machine and on two, train as one would, whoever is killed and whenever."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.training.session import train
from tests.data.idx_writer import tiny, write_folder
from tests.training.processes import DEEP_PLAN, PLAIN, PLAIN_PLAN
from tests.training.tiny import outcome, pictures, same_weights

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
LONG = pytest.mark.long
HERE = {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module", params=[2, pytest.param(3, marks=LONG)])
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What two or three processes made, of which one was killed once; and what they said."""
    folder = tmp_path_factory.mktemp("together")
    script = str(Path(__file__).parent / "processes.py")
    command = [*TORCHRUN, str(request.param), "--max-restarts", "1", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, **HERE})
    assert done.returncode == 0, done.stderr
    return folder, done.stderr


@pytest.mark.slow
def test_a_killed_process_is_started_anew_and_the_end_is_the_same_to_the_bit(together: tuple[Path, str]) -> None:
    folder, said = together
    assert "exitcode: -9" in said
    assert outcome(folder / "broken") == outcome(folder / "whole")


@pytest.mark.slow
def test_one_process_that_is_asked_to_stop_stops_all_at_one_step(together: tuple[Path, str]) -> None:
    folder, _ = together
    assert outcome(folder / "stopped") == outcome(folder / "whole")


@pytest.mark.slow
@pytest.mark.parametrize(("run", "plan"), [("plain", PLAIN_PLAN), ("deep", DEEP_PLAN)])
def test_several_processes_learn_what_one_does(together: tuple[Path, str], tmp_path: Path, run: str, plan: str) -> None:
    folder, _ = together
    same_weights(train(pictures(), out=tmp_path / "alone", arch=plan, recipe=PLAIN, val=6, threads=1).run, folder / run)


@pytest.mark.slow
@LONG
def test_four_processes_learn_what_one_does(tmp_path: Path) -> None:
    finish([[*TORCHRUN, "4", str(Path(__file__).parent / "processes.py"), str(tmp_path), "deep"]])
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, tmp_path / "deep")


@pytest.mark.slow
@LONG
def test_processes_of_two_machines_learn_what_one_process_does(tmp_path: Path) -> None:
    """Gradients of a bank with several input channels, which lie channels last, pass through gloo unharmed."""
    apart = on_two_machines(tmp_path / "apart", "deep")
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, apart / "deep")


@pytest.mark.slow
def test_a_killed_process_ends_the_other_with_one_line(tmp_path: Path) -> None:
    data = write_folder(tmp_path / "data", tiny(60, (8, 8)), tiny(20, (8, 8), seed=1))
    words = [
        "-m",
        "convscope",
        "train",
        str(data),
        "--arch",
        "conv(4, 3) + relu + fc",
        "--epochs",
        "100000",
        "--batch-size",
        "10",
    ]
    command = [*TORCHRUN, "2", *words, "--out", str(tmp_path / "r")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **HERE}) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("step"):
            pass
        child = next(c for c in children(process.pid) if environment(c)["RANK"] == "1")
        os.kill(child, signal.SIGKILL)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    ours = [line for line in said.splitlines() if "another process of this training" in line]
    assert ours == ["another process of this training has ended, or has given no sign of life for 50 s"]
    assert "File" not in said.split("ChildFailedError")[0].split("torchrun --max-restarts")[0]  # no traceback of ours
    assert not (tmp_path / "r" / "model.onnx").exists()


@pytest.mark.slow
def test_processes_of_two_machines_learn_what_those_of_one_do(tmp_path: Path) -> None:
    """Two launches by torchrun that find each other, as on two machines: the same bits as on one."""
    apart, other = on_two_machines(tmp_path / "apart", "whole", "stopped"), tmp_path / "one"
    script = str(Path(__file__).parent / "processes.py")
    finish([[*TORCHRUN, "2", script, str(other), "whole"]])
    whole, stopped, near = (outcome(path) for path in (apart / "whole", apart / "stopped", other / "whole"))
    assert stopped == whole
    assert near.pop("run.json") != whole.pop("run.json")  # the launch is another, all else the same to the bit
    assert near == whole


def on_two_machines(folder: Path, *runs: str) -> Path:
    """Make these runs by two launches that find each other, and return the folder they are in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    finish([one_of_two(place, folder, *runs)] * 2, GLOO_SOCKET_IFNAME="lo")
    return folder


def one_of_two(place: str, folder: Path, *runs: str) -> list[str]:
    """Return the command that starts one process of two launches that meet at `place`."""
    options = ["--nnodes", "2", "--nproc-per-node", "1", "--rdzv-backend", "c10d", "--rdzv-endpoint", place]
    return [*TORCHRUN[:3], *options, str(Path(__file__).parent / "processes.py"), str(folder), *runs]


def finish(commands: list[list[str]], **variables: str) -> None:
    """Run commands beside one another to their end; each must succeed."""
    environment = {**os.environ, **HERE, **variables}
    at_work = [subprocess.Popen(c, stderr=subprocess.PIPE, text=True, env=environment) for c in commands]
    try:
        said = [process.communicate(timeout=240)[1] for process in at_work]
    finally:
        for process in at_work:
            process.kill()
            process.communicate()
    for process, output in zip(at_work, said, strict=True):
        assert process.returncode == 0, output


@pytest.mark.slow
def test_processes_train_where_there_is_no_shared_memory(tmp_path: Path) -> None:
    without = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*without, "true"], capture_output=True).returncode:
        pytest.skip("mounts of one's own are not permitted here")
    finish([[*without, *TORCHRUN, "2", str(Path(__file__).parent / "processes.py"), str(tmp_path), "deep"]])
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, tmp_path / "deep")


@pytest.fixture
def machines() -> Iterator[tuple[str, str]]:
    """Two network namespaces, joined by a cable: 10.83.0.1 and 10.83.0.2, each with its own loopback."""
    names = f"convscope-{os.getpid()}-1", f"convscope-{os.getpid()}-2"
    one, two = names
    steps = [
        *(f"ip netns add {name}" for name in names),
        f"ip -n {one} link add cable type veth peer name cable netns {two}",
        *(f"ip -n {name} address add 10.83.0.{n}/24 dev cable" for n, name in enumerate(names, 1)),
        *(f"ip -n {name} link set {link} up" for name in names for link in ("lo", "cable")),
    ]
    try:
        if shutil.which("ip") is None or any(
            subprocess.run(step.split(), capture_output=True).returncode for step in steps
        ):
            pytest.skip("network namespaces are not permitted here")
        yield names
    finally:
        for name in names:
            if shutil.which("ip") is not None:
                subprocess.run(["ip", "netns", "delete", name], capture_output=True)


@pytest.mark.slow
@LONG
def test_two_machines_on_a_cable_learn_what_one_process_does(machines: tuple[str, str], tmp_path: Path) -> None:
    commands = []
    for n, name in enumerate(machines, 1):
        command = one_of_two("10.83.0.1:29400", tmp_path, "deep")
        own = ["--local-addr", f"10.83.0.{n}", "--rdzv-conf", f"is_host={n == 1}"]  # no name leads to these addresses
        commands.append(["ip", "netns", "exec", name, *command[:3], *own, *command[3:]])
    finish(commands, GLOO_SOCKET_IFNAME="cable")
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, tmp_path / "deep")


def children(process: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def environment(process: int) -> dict[str, str]:
    entries = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)
