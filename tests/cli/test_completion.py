"""`convscope completion`: the scripts are what the parsers say, and a shell completes by them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from convscope.cli.completion import SHELLS
from convscope.cli.main import main
from convscope.cli.parser import VERBS
from scripts.shell_completion import FOLDER, completion

COMPLETED = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_convscope convscope "${COMP_WORDS[COMP_CWORD]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_what_the_parsers_say(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert capsys.readouterr().out == completion(shell), "run `make cli-reference`"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_reads_the_script(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not there")
    subprocess.run([shell, "-n", FOLDER / f"convscope.{shell}"], check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not there")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["d"], {verb for verb in VERBS if verb.startswith("d")}),
        (["train", "--re"], {"--recipe", "--resume"}),
        (["evaluate", "--split", ""], {"train", "validation", "test"}),
        (["completion", "z"], {"zsh"}),
        (["info", "mod"], {"model.onnx"}),
        (["report", "run/"], {"run/a"}),
    ],
)
def test_bash_offers_verbs_options_choices_and_files(typed: list[str], offered: set[str], tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a").touch()
    line = ["bash", "-c", COMPLETED, "bash", FOLDER / "convscope.bash", "convscope", *typed]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert set(done.stdout.split()) == offered, done.stderr
