"""The lab's routes: what each answers, and how an error reads."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from convscope.explain.look import SLIDES, look
from convscope.formula import describe
from convscope.formula.description import Description
from convscope.lab.app import STREAMS, Lab
from convscope.lab.page_cache import OWN_NETWORK, SHIPPED_LOOK, PageCache
from convscope.lab.pretrained_file import pretrained_file
from convscope.lab.records import DescribeRequest, TrainingRequest
from convscope.runs.directory import Run
from tests.lab.asking import KEY, RUNNER, Answer, ask, asked, headers, lab
from tests.lab.rundirs import run_dir, step, trained
from tests.lab.test_static_site import payload_of

FAULT = {"key", "words", "where", "got", "expected", "hint", "message"}


@pytest.fixture
def made(tmp_path: Path) -> Lab:
    return lab(tmp_path)


@pytest.fixture
def app(made: Lab) -> Any:
    return made.application()


@pytest.mark.medium
def test_the_page_carries_the_token_and_a_policy_of_its_own(app: Any) -> None:
    answer = asked(app, "/")
    received = payload_of(answer.body.decode())
    assert (received["api"], received["token"], received["recorded"]) == (True, KEY, None)
    policy = answer.header("content-security-policy") or ""
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.count(" 'wasm-unsafe-eval';") == 1  # the page learns by WebAssembly; still no eval of text
    assert not re.search(r"unsafe|\*|http:|https:", policy.replace("'wasm-unsafe-eval'", ""))


def test_a_formula_is_described_or_its_fault_is(app: Any) -> None:
    received = asked(app, "/api/describe", {"formula": "lenet5"}).json()
    assert received == {
        "description": json.loads(json.dumps(describe("lenet5", (1, 28, 28), 10).to_json())),
        "fault": None,
    }
    received = asked(app, "/api/describe", {"formula": "conv(16, 5, stride=0) + relu"}).json()
    assert received["description"] is None
    assert set(received["fault"]) == FAULT | {"text", "column"}
    assert (received["fault"]["column"], received["fault"]["got"]) == (20, "0")
    assert "stride must be a whole number of 1 or more" in received["fault"]["message"]


def test_half_a_surrogate_pair_breaks_no_answer(app: Any, made: Lab) -> None:
    run_dir(made.runs.root, "odd", [step(3)], classes=["\ud800", *"123456789"], data__set="\udcff")
    run_dir(made.runs.root, "even", [step(3)])
    listed = asked(app, "/api/runs")
    assert listed.status == 200
    assert {run["id"]: run["classes"][:1] for run in listed.json()["runs"]} == {"odd": ["\ud800"], "even": ["0"]}
    assert asked(app, "/api/runs/odd/report").status == 200
    described = asked(app, "/api/describe", {"formula": "relu + \ud800"})
    assert (described.status, described.json()["fault"]["column"]) == (200, 8)


def test_runs_are_listed_and_shown(app: Any, made: Lab) -> None:
    assert asked(app, "/api/runs").json() == {"runs": []}
    run_dir(made.runs.root, "one", [step(1)])
    run_dir(made.runs.root, "한글", finished=True)
    assert {run["id"]: run["state"] for run in asked(app, "/api/runs").json()["runs"]} == {
        "one": "stopped",
        "한글": "finished",
    }
    assert asked(app, "/api/runs/one").json()["step"] == 1
    assert asked(app, "/api/runs/%ED%95%9C%EA%B8%80").json()["look"] == "/runs/%ED%95%9C%EA%B8%80/look"


@pytest.mark.parametrize(
    ("target", "body", "status", "what"),
    [
        ("/api/runs/nothing", None, 404, "no run of this name"),
        ("/api/runs/nothing/stop", {}, 404, "no run of this name"),
        ("/api/runs/nothing/resume", {}, 404, "no run of this name"),
        ("/api/runs/nothing/network", None, 404, "no run of this name"),
        ("/api/runs/nothing/events", None, 404, "no run of this name"),
        ("/runs/nothing/look", None, 404, "no run of this name"),
        ("/api/runs/one/stop", {}, 400, "is not being trained"),
        ("/api/runs/one/network", None, 400, "is not finished"),
        ("/runs/one/look", None, 400, "is not finished"),
        ("/api/runs/bad/report", None, 400, "a run that cannot be read"),
        ("/api/runs", {"data": "elsewhere"}, 400, "no data of this name"),
        ("/api/runs", {"recipe": "fastest"}, 400, "no recipe has this name"),
        ("/api/runs", {"colour": 1}, 400, "no such field"),
        ("/api/nothing", None, 404, "nothing is here"),
        ("/api/runs/", None, 404, "nothing is here"),
        ("/favicon.ico", None, 404, "nothing is here"),
        ("/api/offer", {}, 405, "no answer"),
        ("/api/describe", None, 405, "no answer"),
    ],
)
def test_what_goes_wrong_is_said_in_parts(app: Any, made: Lab, target: str, body: Any, status: int, what: str) -> None:
    run_dir(made.runs.root, "one")
    run_dir(made.runs.root, "bad", recipe=3)
    answer = asked(app, target, body)
    assert (answer.status, set(answer.json()), set(answer.json()["error"])) == (status, {"error"}, FAULT)
    assert what in answer.json()["error"]["message"]


def test_what_the_lab_started_is_in_its_answer(app: Any, made: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(made.jobs, "start", lambda wanted: done.append(wanted) or "one")
    monkeypatch.setattr(made.jobs, "stop", lambda id: done.append(("stop", id)))
    monkeypatch.setattr(made.jobs, "resume", lambda id: done.append(("resume", id)))
    run_dir(made.runs.root, "one")
    started = asked(app, "/api/runs", {"data": "mnist", "seed": 3})
    assert (started.status, started.json()["id"]) == (201, "one")
    assert [asked(app, f"/api/runs/one/{verb}", {}).json()["id"] for verb in ("stop", "resume")] == ["one", "one"]
    assert done == [TrainingRequest("mnist", seed=3), ("stop", "one"), ("resume", "one")]


def test_the_weights_for_photographs_are_what_the_page_knows(app: Any) -> None:
    known, _ = pretrained_file()
    answer = asked(app, "/api/lite0.bin")
    assert (answer.status, answer.header("content-type")) == (200, "application/octet-stream")
    assert hashlib.sha256(answer.body).hexdigest() == known.sha256


@pytest.mark.slow
def test_a_finished_run_is_looked_into_from_a_cage(app: Any, made: Lab) -> None:
    trained(made.runs.root / "one")
    page = asked(app, "/runs/one/look")
    assert asked(app, "/api/runs/one/network").json() == payload_of(page.body.decode())
    policy = page.header("content-security-policy") or ""
    assert "sandbox allow-scripts allow-downloads" in policy  # an origin of its own: it reads nothing of the lab
    assert "frame-ancestors 'none'" in policy
    assert "connect-src" not in policy
    assert KEY.encode() not in page.body
    assert str(made.runs.root).encode() not in page.body
    (made.runs.root / "one" / "model.onnx").write_bytes(b"\x08\x08" + b"x" * 100)
    broken = asked(app, "/runs/one/look")
    assert broken.status == 400
    assert str(made.runs.root).encode() not in broken.body


@pytest.mark.medium
def test_a_network_of_ones_own_is_opened_in_a_cage(app: Any) -> None:
    page = asked(app, OWN_NETWORK)
    assert payload_of(page.body.decode())["format"] == "convscope-opening"
    policy = page.header("content-security-policy") or ""
    assert "sandbox allow-scripts allow-downloads allow-forms;" in policy  # its form says how pictures are read
    assert "connect-src" not in policy
    assert "allow-same-origin" not in policy
    assert payload_of(asked(app, "/").body.decode())["open"] == OWN_NETWORK


@pytest.mark.slow
def test_the_network_that_ships_is_looked_into_before_any_run(app: Any, made: Lab) -> None:
    page = asked(app, SHIPPED_LOOK)
    assert payload_of(page.body.decode())["title"] == payload_of(look(SLIDES).html)["title"]
    assert "sandbox allow-scripts" in (page.header("content-security-policy") or "")
    assert payload_of(asked(app, "/").body.decode())["look"] == SHIPPED_LOOK
    assert asked(app, SHIPPED_LOOK, given=headers(x_convscope_token=None)).status == 403
    assert made.runs.all() == {}


def test_a_look_is_made_once_and_a_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr("convscope.lab.page_cache.look", lambda run: made.append(run.name) or object())
    runs = [run_dir(tmp_path, f"r{i}") for i in range(4)]
    for run in runs:
        (run / "model.onnx").write_bytes(b"x")
    looks = PageCache()

    async def twice() -> None:
        await asyncio.gather(looks.page(runs[0]), looks.page(runs[0]))
        for run in runs:
            await looks.page(run)
        assert await looks.page(runs[3]) is await looks.page(runs[3])
        await looks.page(runs[0])

    asyncio.run(twice())
    assert made == ["r0", "r1", "r2", "r3", "r0"]


@pytest.mark.medium
def test_a_stream_is_events_and_its_number_is_limited(app: Any, made: Lab) -> None:
    run_dir(made.runs.root, "one", [step(1)])
    answer = asked(app, "/api/runs/one/events")
    assert answer.header("content-type") == "text/event-stream; charset=utf-8"
    assert re.findall(rb"event: (\w+)\n", answer.body) == [b"run", b"line", b"end"]
    assert made.streams == 0
    made.streams = STREAMS
    full = asked(app, "/api/runs/one/events")
    assert (full.status, full.json()["error"]["hint"]["key"]) == (400, "lab.streams.try")


def test_many_streams_asked_for_at_once_do_not_pass_the_limit(app: Any, made: Lab) -> None:
    async def many() -> list[Answer]:
        asking = [asyncio.create_task(ask(app, "/api/events")) for _ in range(90)]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        assert made.streams <= STREAMS
        made.closing = True
        return await asyncio.gather(*asking)

    statuses = [answer.status for answer in RUNNER.run(many())]
    assert (statuses.count(200), statuses.count(400)) == (STREAMS, 90 - STREAMS)
    assert made.streams == 0


def test_a_stream_breaks_off_when_the_lab_closes(app: Any, made: Lab) -> None:
    with Run.reopen(run_dir(made.runs.root, "one", [step(1)])):
        made.closing = True
        assert re.findall(rb"event: (\w+)\n", asked(app, "/api/runs/one/events").body) == [b"run", b"line"]


@pytest.mark.medium
def test_no_more_than_two_descriptions_at_once(
    app: Any, made: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock, release = threading.Lock(), threading.Event()
    running: list[int] = [0]
    most: list[int] = [0]

    def slow(wanted: DescribeRequest) -> Description:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        release.wait(0.3)
        with lock:
            running[0] -= 1
        return describe(wanted.formula)

    monkeypatch.setattr(made.jobs.catalogue, "describe", slow)

    async def five() -> list[Answer]:
        formulas = ("fc", "bad", "relu + fc", "slides", "bad")
        return await asyncio.gather(*(ask(app, "/api/describe", {"formula": formula}) for formula in formulas))

    answers = RUNNER.run(five())
    assert [answer.status for answer in answers] == [200] * 5
    assert most == [2]  # both places were used, none more, and an error gave its place back


@pytest.mark.medium
def test_the_page_sets_a_cookie_for_pages_of_runs_only(tmp_path: Path) -> None:
    made = lab(tmp_path)
    run = run_dir(made.runs.root, "one")
    app = made.application()
    bare = headers(x_convscope_token=None)
    page = asked(app, f"/?token={KEY}", given=bare)
    cookie, *bounds = (page.header("set-cookie") or "").split("; ")
    assert "Path=/runs" in bounds
    for link in ("open", "look"):
        assert payload_of(page.body.decode())[link].startswith("/runs/")  # or the browser keeps the key to itself
    with_cookie = headers(x_convscope_token=None, cookie=cookie)
    assert asked(app, f"/runs/{run.name}/look", given=with_cookie).status == 400  # known, but not finished
    assert asked(app, OWN_NETWORK, given=with_cookie).status == 200
    assert asked(app, "/api/runs", given=with_cookie).status == 403
    assert asked(app, "/", given=headers(x_convscope_token=None, cookie=f"{cookie}x")).status == 403
