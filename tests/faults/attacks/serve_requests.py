"""Requests to a served model that no client means: each is answered by a status that is documented, or broken off, and
the next good one is answered as before.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from tests.faults.campaign import Campaign, Tally
from tests.faults.verbs import ROOT, SLIDES

KNOWN = {0, 200, 400, 401, 403, 404, 405, 408, 413, 415, 421, 429, 431, 503}  # 0: broken off
PATHS = (
    *("/predict",) * 20, "/", "/healthz", "/readyz", "/metrics", "/model", "/openapi.json", "//predict", "*",
    "/predict?top=" + "9" * 400, "/predict?top=-1", "/predict?top=2&top=3", "/predict?sets=nan", "/predict?sets=1e-320",
    "/predict?centre=1&invert=yes&always=1", "/predict?" + "a=1&" * 2000, "/%00", "/%ff%fe", "/../etc/passwd",
)  # fmt: skip
SHAPES = (
    "1,1,28,28", "1x28x28", "2,1,28,28", "0,1,28,28", "1,3,28,28", "784,1,1,1", "1,1,784,1", "-1,1,28,28", "٣,1,28,28",
    "999999,1,28,28", "1,1,28,28,1", ",,,", "9" * 400, "1,1,0,0", "1.0,1,28,28", "\xb2,1,28,28",
)  # fmt: skip
SECONDS = 20


def pictures(random: Random) -> bytes:
    """Return bytes that a picture could be, mostly: damaged, cut, empty, large by its header, or none at all."""
    kind = random.randrange(8)
    if kind == 0:
        return random.randbytes(random.randrange(3000))
    if kind == 1:
        return b""
    side = random.choice((1, 28, 29, 200))
    file = io.BytesIO()
    made = Image.fromarray(np.frombuffer(random.randbytes(side * side), np.uint8).reshape(side, side))
    made.save(file, random.choice(("PNG", "JPEG", "GIF", "BMP", "WEBP")))
    data = bytearray(file.getvalue())
    if kind == 2:
        data[16:24] = b"\x00\x00\xff\xff\x00\x00\xff\xff"  # of a PNG its width and height
    if kind == 3:
        del data[random.randrange(len(data)) :]
    if kind == 4:
        for _ in range(9):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def odd_body(random: Random) -> tuple[str, bytes]:
    """Return a type and a body that is nearly one, or another's."""
    kind = random.randrange(5)
    if kind == 0:
        return random.choice(("image/png", "image/jpeg", "image/x", "image/")), pictures(random)
    if kind == 1:
        parts = [
            b'--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n' % (name, name) + pictures(random)
            for name in random.choices((b"a", b"\xff", b"../../a.png", b"", b"\r\n", b'"'), k=random.randrange(5))
        ]
        end = random.choice((b"\r\n--x--\r\n", b"\r\n--x--\r\n", b"", b"\r\n--x", b"--y--"))
        boundary = random.choice(("; boundary=x", "; boundary=x", "; boundary=x", "", "; boundary=", "; boundary=\xff"))
        return "multipart/form-data" + boundary, b"\r\n".join(parts) + end
    if kind == 2:
        texts = [base64.b64encode(pictures(random)).decode() for _ in range(random.randrange(4))]
        value = random.choice(
            (
                texts,
                texts,
                texts,
                [7],
                [None],
                "a",
                None,
                {"a": texts},
                [texts],
                ["=" * 9, "\ud800"],
                ["data:image/png;base64,"],
            )
        )
        body = json.dumps({random.choice(("pictures", "pictures", "picture", "")): value}).encode("utf-8", "replace")
        odd = (b"{", b"[" * 50_000, b'{"pictures":' * 9_000, b"9" * 9_000, b"\xff", b"\xef\xbb\xbf{}", b"NaN")
        return "application/json", random.choice((body, body, body, random.choice(odd)))
    if kind == 3:
        return "application/octet-stream", random.randbytes(random.choice((784, 784, 1568, 0, 783, 2352)))
    return random.choice(("text/plain", "", "application/xml", "IMAGE/PNG", "image/png; a=\xff")), pictures(random)


def odd_request(random: Random, port: int) -> tuple[bytes, bool]:
    """Return the bytes of a request, and whether it is whole: of another one more is waited for."""
    method = random.choice(("POST",) * 16 + ("GET", "HEAD", "PUT", "OPTIONS", "post", "BREW"))
    kind, body = odd_body(random)
    host = random.choice((f"127.0.0.1:{port}",) * 12 + ("evil.test", "", "localhost", "[::1]"))
    head = [("Host", host), ("Content-Type", kind), ("Connection", "close")]
    if kind == "application/octet-stream" or random.random() < 0.1:
        head.append(("X-Convscope-Shape", random.choice(SHAPES)))
    for _ in range(random.choice((0,) * 6 + (1, 2))):
        head.append(random.choice((
            ("Origin", "http://evil.test"), ("Sec-Fetch-Site", "cross-site"), ("Host", "a"), ("Te", "trailers"),
            ("Authorization", "Bearer x"), ("Content-Encoding", "gzip"), ("Expect", "100-continue"),
            ("X-" + "y" * 3000, "z"),
        )))  # fmt: skip
    how, whole = random.randrange(12), True
    if how == 0:
        cut = random.randrange(1, 300)
        pieces = [body[i : i + cut] for i in range(0, len(body), cut)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        body += random.choice((b"0\r\n\r\n", b"zz\r\n", b"ffffffffffffffff\r\n", b""))
        head.append(("Transfer-Encoding", "chunked"))
        whole = body.endswith(b"0\r\n\r\n")
    else:
        whole = how != 1
        wrong = ("-1", "0x9", "9" * 30, str(len(body) + 9), "")
        head.append(("Content-Length", random.choice(wrong) if how == 1 else str(len(body))))
    text = f"{method} {random.choice(PATHS)} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head)
    data = text.encode("latin-1", "replace") + b"\r\n" + body
    if random.random() < 0.1:
        place, whole = random.randrange(len(data)), False
        data = random.choice((data[:place], data[:place] + random.randbytes(3) + data[place:], data + data))
    return data, whole


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, subprocess.Popen[str], Path]]:
    """Serve the lecture's model in a process of its own; yield its port, the process, and what it says."""
    said = folder / "said.txt"
    line = [
        sys.executable,
        "-m",
        "convscope",
        "serve",
        str(SLIDES),
        "--port",
        "0",
        "--seconds",
        "2",
        "--megabytes",
        "1",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with said.open("w") as errors:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        with process:
            assert process.stdout is not None
            try:
                yield int(process.stdout.readline().strip().rstrip("/").rpartition(":")[2]), process, said
            finally:
                process.terminate()


def answered(port: int, data: bytes, half: bool) -> bytes:
    """Return what is answered to these bytes; `half`: say that nothing more comes, which breaks off what is begun."""
    answer = b""
    made = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    with made, suppress(ConnectionResetError, BrokenPipeError):
        made.sendall(data)
        if half:
            with suppress(OSError):  # it may have been closed already, with an answer to read
                made.shutdown(socket.SHUT_WR)
        while part := made.recv(1 << 20):
            answer += part
    return answer


def is_well(port: int) -> bool:
    """Whether a good request is answered."""
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/octet-stream", "X-Convscope-Shape": "1,1,28,28"}
    one.request("POST", "/predict", bytes(784), headers)
    answer = one.getresponse()
    well = answer.status == 200 and len(json.loads(answer.read())["predictions"]) == 1
    one.close()
    return well


def hostile_requests(times: int, random: Random, tally: Tally) -> None:
    """Send each request on a connection of its own; a good one must be answered now and then, and the end be clean."""
    with TemporaryDirectory() as folder, served(Path(folder)) as (port, process, said):
        for number in range(times):
            data, whole = odd_request(random, port)
            try:
                answer = answered(port, data, not whole)
            except TimeoutError:
                tally.fault(f"no answer in {SECONDS} s", data)
                continue
            answer = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
            code = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
            if code not in KNOWN or b"Traceback" in answer:
                tally.fault(f"answered {answer[:200]!r}", data)
            else:
                tally.ended("broken off" if code == 0 else "refused" if code >= 400 else "answered")
            if number % 100 == 99 and not is_well(port):
                tally.fault("a good request is not answered any more", data)
        memory = Path(f"/proc/{process.pid}/status")
        if memory.exists():
            lines = dict(line.split(":", 1) for line in memory.read_text().splitlines())
            tally.most("MB at the end", int(lines["VmRSS"].split()[0]) / 1024)
        process.terminate()
        if (code := process.wait(30)) != 0 or "Traceback" in said.read_text():
            tally.fault(f"ended with {code}: {said.read_text()[-2000:]}")


CAMPAIGNS = (
    Campaign(
        "serve-requests", "requests",
        "A served model, by damaged pictures, forms and JSON, wrong shapes, heads and lengths: a documented status, "
        "and the next good request is answered as before",
        hostile_requests, quick=300, long=100_000,
    ),
)  # fmt: skip
