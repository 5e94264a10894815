"""The files in deploy/ fit the server as it is: what it imports, its bounds, its options; and the tools take them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from convscope.cli.parser import full_parser
from convscope.serve.limits import Limits

HOME = Path(__file__).parents[2]
DEPLOY = HOME / "deploy"
UNIT = (DEPLOY / "convscope-serve.service").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_image_and_the_page_install_all_that_serving_imports_and_no_torch() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["serve"]
    names = {re.split("[><=]", name)[0] for name in needed} - {"torch", "safetensors"}
    page = (HOME / "docs" / "serving.md").read_text(encoding="utf-8")
    for text in (DOCKERFILE, page):
        listed = re.search(r"\n +(numpy [\w \\\n-]+?)(?= *\\\n|\n\n)", text)
        assert listed is not None
        assert set(listed[1].replace("\\", " ").split()) == names


def test_what_is_started_are_commands_of_convscope() -> None:
    entry = re.search(r"^ENTRYPOINT \[(.*)\]", DOCKERFILE, re.MULTILINE)
    start = re.search(r"^ExecStart=\S+/convscope (.*)", UNIT, re.MULTILINE)
    assert entry is not None
    assert start is not None
    for command in (re.findall('"(.*?)"', entry[1])[1:], start[1].split()):
        assert full_parser().parse_args(command).verb == "serve"


def test_who_waits_for_the_server_waits_as_long_as_it_takes() -> None:
    for seconds in (
        re.search(r"TimeoutStopSec=(\d+)", UNIT),
        re.search(r"proxy_read_timeout (\d+)s", NGINX),
    ):
        assert seconds is not None
        assert Limits().seconds < float(seconds[1]) < 2 * Limits().seconds
    size = re.search(r"client_max_body_size (\d+)m", NGINX)
    assert size is not None
    assert int(size[1]) << 20 == Limits().bytes


def test_only_what_the_image_needs_is_sent_to_its_build() -> None:
    copied = re.findall(r"^COPY (\S+)", DOCKERFILE, re.MULTILINE)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in ignored if not line.startswith("#")] == ["*", *(f"!{path}" for path in copied)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    there = tmp_path / "convscope-serve.service"
    program = Path(sys.executable).with_name("convscope")
    there.write_text(UNIT.replace("/opt/convscope/bin/convscope", str(program)), encoding="utf-8")
    found = subprocess.run(["systemd-analyze", "verify", str(there)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
