"""Outputs that are closed, full or left by their reader, and signals at any moment: one line, the documented exit
code, and no work is lost.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from convscope.cli.outputs import ignore_pillow
from convscope.explain.look import SLIDES
from convscope.runs.log import read_log

FULL = (
    "the output cannot be written: No space left on device\n"
    "try: another place for the output; what was finished is kept\n"
)
VERBS = ("describe slides", f"info {SLIDES}", f"info {SLIDES} --json", "--help", "--version", "predict --help")
TRAIN = "train mnist --epochs 0.01 --threads 1"

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")


def shell(command: str, redirection: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command line of convscope in a shell, with its redirections."""
    line = f"{sys.executable} -m convscope {command} {redirection}"
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.medium
def test_a_full_output_is_one_line_and_exit_code_4(verb: str) -> None:
    done = shell(verb, ">/dev/full")
    assert (done.returncode, done.stderr) == (4, FULL)


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full", "<&- >&- 2>&-", "| head -c 1"])
@pytest.mark.medium
def test_what_nobody_wants_to_read_changes_nothing(redirection: str) -> None:
    done = shell("describe slides", redirection)
    assert (done.returncode, done.stderr) == (0, "")
    done = shell("describe nope", redirection.replace("| head -c 1", "2>&1"))
    assert done.returncode == 3


def test_a_closed_stderr_gives_its_number_to_no_file(tmp_path: Path) -> None:
    code = (
        "from convscope.cli.outputs import guard_outputs\nimport os\nguard_outputs()\n"
        f"file = open({str(tmp_path / 'model')!r}, 'wb')\nassert file.fileno() > 2\nos.write(2, b'a warning')\n"
    )
    done = subprocess.run(["bash", "-c", f'{sys.executable} -c "$0" 2>&-', code], check=False, timeout=60)
    assert (done.returncode, (tmp_path / "model").read_bytes()) == (0, b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirection", "code"),
    [
        pytest.param("2>&1 >/dev/null | head -1", 0, marks=pytest.mark.long),
        ("2>&-", 0),
        pytest.param("2>/dev/full", 0, marks=pytest.mark.long),
        (">/dev/full", 4),
    ],
)
def test_a_training_is_worth_more_than_its_progress(tmp_path: Path, redirection: str, code: int) -> None:
    done = shell(f"{TRAIN} --out {tmp_path / 'run'}", redirection)
    assert done.returncode == code
    assert (tmp_path / "run" / "model.onnx").exists()
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["train mnist --out {}", "info {}", "look -o {}.html", "evaluate {}"])
def test_a_name_that_is_too_long_is_one_line(tmp_path: Path, verb: str) -> None:
    done = shell(verb.format("x" * 300), cwd=tmp_path)
    assert done.returncode == 3
    assert "File name too long" in done.stderr
    assert done.stderr.count("\n") <= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "verb", ["train d\udcff", "train --out d\udcff nowhere", "predict m\udcff d\udcff", "look m\udcff"]
)
def test_any_byte_in_a_name_is_one_line(verb: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "convscope", *verb.split()], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", pytest.param("SIGHUP", marks=pytest.mark.long)])
def test_each_signal_keeps_what_was_trained(tmp_path: Path, name: str) -> None:
    out = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "convscope",
        "train",
        "mnist",
        "--epochs",
        "50",
        "--threads",
        "1",
        "--out",
        str(out),
    ]
    heeded = {getattr(signal, each): signal.SIG_DFL for each in ("SIGINT", "SIGTERM", "SIGHUP")}
    before = {number: signal.signal(number, handler) for number, handler in heeded.items()}
    try:  # a signal that is ignored here would be ignored there
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step"):
                break
        process.send_signal(getattr(signal, name))
        said = process.stderr.read()
    assert process.returncode == 5
    assert f"--resume {out}" in said
    assert len(list((out / "checkpoints").iterdir())) == 1
    assert read_log(out)


def test_without_a_device_that_takes_everything_outputs_are_lost_all_the_same() -> None:
    code = (
        "import os, sys\nos.devnull = '/nowhere'\nfrom convscope.cli.outputs import guard_outputs\n"
        "os.close(1)\nguard_outputs()\nprint('lost')\nprint('lost too', file=sys.stderr)\nsys.stdout.flush()\n"
    )
    done = subprocess.run(["bash", "-c", f'{sys.executable} -c "$0" 2>/dev/full', code], check=False, timeout=60)
    assert done.returncode == 0


def test_what_pillow_warns_of_stays_out_of_the_terminal() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ignore_pillow()
        warnings.warn_explicit("Corrupt EXIF data.", UserWarning, "TiffImagePlugin.py", 1, "PIL.TiffImagePlugin")
        with pytest.raises(UserWarning):
            warnings.warn_explicit("Corrupt", UserWarning, "other.py", 1, "PILOT")
