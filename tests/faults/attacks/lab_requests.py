"""Requests that no page sends, and very many that a page does: the lab answers each, to its owner alone, and its memory
stays as it is.
"""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from convscope.lab.drops import MOST_PIECE
from tests.faults.campaign import Campaign, Tally
from tests.faults.lab_process import LabProcess, lab_process, status
from tests.lab.asking import CANARY, KEY

PATHS = (
    "/", "/api", "/api/", "/api/offer", "/api/runs", "/api/runs/good", "/api/runs/half", "/api/runs/damaged",
    "/api/runs/bare", "/api/runs/link", "/api/runs/good/report", "/api/runs/damaged/report", "/api/runs/half/network",
    "/runs/half/look", "/runs/damaged/look", "/api/runs/half/stop", "/api/runs/damaged/resume", "/api/runs/half/resume",
    "/api/describe", "/api/nothing", "/../canary.txt", "/runs/link/canary.txt", "/api/runs/%2e%2e/report",
    "/api/runs/..%2fcanary.txt", "/api/runs/link%2fcanary.txt/look", "//", "*", "/%00", "/api/runs/%ED%A0%80",
    "/runs/good/report", "/runs/half/report", "/api/data", "/api/data", "/api/data/pets", "/api/data/pets/remove",
    "/api/data/..%2f..%2fcanary.txt/remove", "/api/data/%2e%2e", "/api/data/ID/end", "/api/data/ID/cancel",
    "/api/runs/" + "a" * 3000, "/api/runs/%c0%af", "/runs/" + "../" * 50 + "etc/passwd", "http://evil.test/api/runs",
)  # fmt: skip
OWN = re.compile(r"data(/.*)?|[^/]+\.(json|txt|asked)", re.DOTALL)  # in .lab: dropped files, answers of trainings
FILES = (
    "a/1.png", "b/2.png", "c.png", "d/e/f.png",
    "../../../canary.txt", "/canary.txt", "..\\..\\canary.txt", "a/../../../../canary.txt", "", ".",
    ".lab/token", "NUL", "a\0b", "a/1.png/b", "a", "\ud800", "b" * 5_000, "a/" * 400, "C:\\canary.txt", "c/./d", "~/x",
)  # fmt: skip
METHODS = (*("GET", "POST") * 12, "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT", "get", "BREW", "")
FORMULAS = (
    "fc", "slides", "conv(4, 5) + relu + fc", "conv(1, (500000, 1), pad=(1000000, 0), dilation=(2, 1)) + fc",
    "relu*99999999999 + fc", "[" * 500, "conv(64, 3)*600 + fc", "fc" + " " * 30_000, "avgpool(2, pad=1)*500 + fc",
    "conv(9999999999, 3) + fc", "residual(" * 900, "\ud800", "\0", "conv(4, 3) + <script>", "fc(" + "9" * 4000 + ")",
)  # fmt: skip


def odd_value(random: Random, depth: int = 0) -> Any:
    """Return a JSON value that a field may not expect."""
    kind = random.randrange(12 if depth < 4 else 10)
    if kind == 10:
        return [odd_value(random, depth + 1) for _ in range(random.randrange(4))]
    if kind == 11:
        return {str(odd_value(random, 9))[:20]: odd_value(random, depth + 1) for _ in range(random.randrange(4))}
    number = random.choice((0, -1, 2**31, 2**53, 2**64, 10**400, -(10**400), random.randrange(100)))
    return (
        None, True, number, random.choice((0.5, 1e308, -0.0, float("nan"), float("inf"), 5e-324)), "", "\ud800",
        "\0", random.choice(FORMULAS), "a" * random.choice((10, 5000, 60_000)), "../../canary.txt",
    )[kind]  # fmt: skip


def odd_body(random: Random) -> bytes:
    """Return the body of a request: nearly what a route takes, or anything."""
    kind = random.randrange(10)
    if kind == 0:
        return random.randbytes(random.randrange(200))
    if kind == 1:
        return random.choice(
            (b"", b"{", b"[" * 30_000, b'{"a":' * 10_000, b"9" * 9_000, b'"\\ud800"', b"\xef\xbb\xbf{}", b"nan")
        )
    if kind == 2:
        counts = [random.choice((1, 1, 2, 9, 0, -1, 10**9, 2.5, "1")) for _ in range(2)]
        name = random.choice((*FILES, "pets", 3))
        said = {"name": name, "archive": random.random() < 0.3, "files": counts[0], "bytes": counts[1]}
        return json.dumps(said).encode()
    fields = [
        "data",
        "formula",
        "recipe",
        "epochs",
        "seed",
        "val",
        "size",
        random.choice(("out", "__class__", "\0", "")),
    ]
    body = {name: odd_value(random) for name in random.sample(fields, random.randrange(4))}
    if kind > 4:
        body["formula"] = random.choice(FORMULAS)
    return json.dumps(body).encode("utf-8", "replace")


def odd_count(random: Random) -> str:
    """Return a number of bytes as a piece of a file may have it."""
    return random.choice(("0",) * 5 + ("3", "9", "-1", "1e9", "", "9" * 400, "0x3", str(MOST_PIECE), "٣"))


def odd_request(random: Random, port: int, upload: str) -> tuple[bytes, bool, bool]:
    """Return the bytes of a request, whether its sender shows all that the lab's own page shows, and whether it is
    whole: of another one more is waited for.
    """
    own = whole = True
    method, path = random.choice(METHODS), random.choice(PATHS)
    piece = random.random() < 0.15
    bytes_sent = random.randbytes(random.choice((0, 1, 3, 3, 3, 3, 9, 300)))
    if piece:
        good = random.random() < 0.6
        at, size = ("0", str(len(bytes_sent))) if good else (odd_count(random), odd_count(random))
        name = random.choice(FILES)
        path = f"/api/data/ID/piece?path={quote(name.encode('utf-8', 'replace'))}&at={at}&size={size}"
    path = path.replace("/ID/", f"/{upload if random.random() < 0.95 else 'other'}/")
    host = f"127.0.0.1:{port}"
    if random.random() < 0.1 and not piece:
        path += "?" + random.choice((f"token={KEY}", "token=", "a=" * 9_000, "%" * 100, f"token={KEY[:-1]}x", "\t"))
    head: list[tuple[str, str]] = [("Host", host)]
    if random.random() < 0.08:
        head[0] = (
            "Host",
            random.choice(("evil.test", "127.0.0.1", f"localhost.evil.test:{port}", "", host + " x", "[::1]")),
        )
        own = False
    if random.random() < 0.8:
        head.append((random.choice(("X-Convscope-Token", "x-convscope-TOKEN")), KEY))
    else:
        own = own and path == f"/?token={KEY}"  # the address opens the page
        if random.random() < 0.5:
            head.append(
                ("X-Convscope-Token", random.choice(("", KEY[:-1], KEY + "x", KEY.upper(), "\xff", "0" * 9_000)))
            )
    if random.random() < 0.08:
        head.append(("Origin", random.choice(("http://evil.test", "null", "", f"http://{host}.evil.test", "file://"))))
        own = False
    if random.random() < 0.08:
        head.append(("Sec-Fetch-Site", random.choice(("cross-site", "same-site", "", "none, same-origin"))))
        own = False
    for _ in range(random.choice((0,) * 8 + (1, 3))):
        head.append(random.choice((
            ("Range", "bytes=0-1,5-9," * 200), ("Expect", "100-continue"), ("Cookie", "a=b; " * 900),
            ("Connection", "Upgrade"), ("X-" + "y" * 2_000, "z"), ("Accept-Encoding", "gzip, br"),
            ("If-None-Match", "*"), ("Upgrade", "websocket"),
            ("X-Forwarded-Host", "evil.test"), ("Content-Encoding", "gzip"), ("Host", host), ("Te", "trailers"),
        )))  # fmt: skip
    body = odd_body(random) if method not in ("GET", "HEAD") or random.random() < 0.1 else b""
    if piece and random.random() < 0.9:
        body = bytes_sent
    kind = random.choice(
        ("application/octet-stream" if piece else "application/json",) * 16
        + ("text/plain", "multipart/form-data", "application/json; charset=x", "")
    )
    head.append(("Content-Type", kind))
    how = random.randrange(20)
    if how == 0:
        cut = random.randrange(1, 9)
        pieces = b"".join(
            b"%x\r\n%s\r\n" % (len(body[i : i + cut]), body[i : i + cut]) for i in range(0, len(body[:300]), cut)
        )
        head.append(
            ("Transfer-Encoding", random.choice(("chunked", "chunked", "Chunked", "gzip, chunked", "identity")))
        )
        body = pieces + random.choice((b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"zz\r\n", b"ffffffffffffffff\r\n", b""))
        whole = body.endswith(b"\r\n\r\n")
    elif how == 1:
        head += [("Content-Length", str(len(body))), ("Transfer-Encoding", "chunked")]
    elif body or how == 2:
        whole = how != 2
        wrong = ("-1", "0x9", "9" * 30, f"{len(body)}, {len(body)}", str(len(body) + 9), "")
        head.append(("Content-Length", random.choice(wrong) if how == 2 else str(len(body))))
    random.shuffle(head)
    head.append(("Connection", "close"))
    version = random.choice(("HTTP/1.1",) * 30 + ("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9.9", ""))
    text = f"{method} {path} {version}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head) + "\r\n"
    data = text.encode("latin-1", "replace") + body
    if random.random() < 0.15:  # damaged on its way
        whole = False
        place = random.randrange(len(data))
        data = random.choice((
            data[:place], data[:place] + random.randbytes(3) + data[place:], data[:place] + data[place + 1 :],
            data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :], data + data,
        ))  # fmt: skip
    return data, own, whole


def hostile_requests(times: int, random: Random, tally: Tally) -> None:
    """Send each request on a connection of its own; a good one must be answered now and then."""
    with TemporaryDirectory() as folder, lab_process(Path(folder)) as lab:
        before, upload = _tree(Path(folder)), ""
        for number in range(times):
            if number % 25 == 0:
                upload = _next_upload(lab, upload, tally)
            data, own, whole = odd_request(random, lab.port, upload)
            answer = lab.send(data, half=not whole)
            code = status(answer)
            if CANARY.encode() in answer or b"Traceback" in answer or (code >= 500 and b"lab.launch" not in answer):
                tally.fault(f"answered {answer[:200]!r}", data)
            elif not own and (code == 200 or (KEY.encode() in answer and KEY.encode() not in data)):
                tally.fault(f"a stranger is answered {answer[:200]!r}", data)
            else:
                tally.ended("broken off" if code == 0 else "refused" if code >= 400 else "answered")
            if number % 500 == 499 and status(lab.ask("GET", "/api/runs")) != 200:
                tally.fault("the lab does not answer its owner any more", data)
        if lab.tracebacks():
            tally.fault(lab.tracebacks())
        if _tree(Path(folder)) != before or (Path(folder) / "canary.txt").read_text() != CANARY:
            tally.fault("files were changed")
        if strange := [path for path in _own(Path(folder)) if not OWN.fullmatch(path)]:
            tally.fault(f"written beside the data: {strange[:3]}")


def soak(times: int, random: Random, tally: Tally) -> None:
    """Ask as a page asks, over connections that are kept; compare memory after a tenth with that at the end."""
    with TemporaryDirectory() as folder, lab_process(Path(folder)) as lab:
        first: dict[str, int] = {}
        kept = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
        for number in range(times):
            if number % 100 == 50:
                ok = _stream(lab, random.choice(("/api/events", "/api/runs/good/events", "/api/runs/half/events")))
            else:
                ok = _page_asks(kept, random, "/?token=" + KEY if number % 400 == 7 else "")
            if ok:
                tally.ended("answered")
            else:
                tally.fault(f"request {number} was not answered as it should be")
            if number == max(100, times // 10):
                first = lab.usage()
        kept.close()
        last = lab.usage()
        for when, usage in (("after a tenth", first), ("at the end", last)):
            tally.most(f"MB {when}", usage["kB"] / 1024)
            tally.most(f"threads {when}", usage["threads"])
            tally.most(f"files {when}", usage["files"])
        if (
            last["kB"] > 1.1 * first["kB"] + 8_000
            or last["threads"] > first["threads"] + 2
            or last["files"] > first["files"] + 3
        ):
            tally.fault(f"grew from {first} to {last}")
        if lab.tracebacks():
            tally.fault(lab.tracebacks())


def _page_asks(kept: http.client.HTTPConnection, random: Random, page: str) -> bool:
    """Ask for one thing; whether it came."""
    body: bytes | None = None
    path = page or random.choice(
        ("/api/offer", "/api/describe") * 4
        + ("/api/runs", "/api/runs/good", "/api/runs/damaged", "/api/runs/good/report")
    )
    if path == "/api/describe":
        formula = (
            f"conv({random.randrange(1, 99)}, {random.randrange(1, 12)}, pad=1)*{random.randrange(1, 9)} + relu + fc"
        )
        body = json.dumps({"formula": formula + " " * random.randrange(3_000)}).encode()
    headers = {"X-Convscope-Token": KEY, "Content-Type": "application/json"}
    kept.request("GET" if body is None else "POST", path, body, headers)
    answer = kept.getresponse()
    return answer.status == 200 and bool(answer.read())


def _stream(lab: LabProcess, path: str) -> bool:
    """Begin to follow, and go away after the first event; whether it came."""
    stream = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    stream.request("GET", path, headers={"X-Convscope-Token": KEY})
    answer = stream.getresponse()
    came = answer.status == 200 and answer.readline().startswith(b"event: run")
    stream.close()
    answer.close()
    return came


def _tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if ".lab" not in path.parts)


def _next_upload(lab: LabProcess, upload: str, tally: Tally) -> str:
    """End a set, which odd requests may have completed, remove it, and begin another: one file of three bytes."""
    ended = lab.ask("POST", f"/api/data/{upload}/end", {})
    if status(ended) == 201:
        tally.ended("sets completed")
        name = json.loads(ended.partition(b"\r\n\r\n")[2])["name"]
        if status(lab.ask("POST", f"/api/data/{quote(name)}/remove", {})) != 200:
            tally.fault(f"the set {name} cannot be removed")
    lab.ask("POST", f"/api/data/{upload}/cancel", {})
    begun = lab.ask("POST", "/api/data", {"name": "../pets", "files": 1, "bytes": 3})
    if status(begun) != 201:
        tally.fault(f"nothing can be dropped any more: {begun[:200]!r}")
        return upload
    return str(json.loads(begun.partition(b"\r\n\r\n")[2])["id"])


def _own(folder: Path) -> list[str]:
    """Return what the lab keeps for itself."""
    own = folder / "runs" / ".lab"
    return sorted(str(path.relative_to(own)) for path in own.rglob("*"))


CAMPAIGNS = (
    Campaign(
        "hostile-requests", "requests",
        "The lab, by requests that no page sends: wrong, cut, mutated, from strangers; its owner is answered",
        hostile_requests, quick=1_500, long=100_000,
    ),
    Campaign(
        "soak", "requests", "The lab, by very many good requests and streams: answered; memory, threads, files flat",
        soak, quick=1_500, long=100_000,
    ),
)  # fmt: skip
