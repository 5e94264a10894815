"""Every route asked as clients ask it, beside what the model says by itself."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from unittest import mock

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from convscope.errors import UsageError
from convscope.serve.app import Service
from convscope.serve.limits import Limits
from tests.lab.asking import Answer
from tests.serve.serving import DIGITS, TOKEN, array, ask, model, png, service

FORM = "multipart/form-data; boundary=x"


@pytest.fixture(scope="module")
def own() -> Iterator[Service]:
    with service() as made:
        yield made


def form(*parts: tuple[str, bytes]) -> bytes:
    made = b""
    for name, data in parts:
        made += f'--x\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\n\r\n'.encode() + data
        made += b"\r\n"
    return made + b"--x--\r\n"


def rows(answer: Answer) -> list[dict]:
    assert answer.status == 200, answer.body
    return answer.json()["predictions"]


def error(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["key"]


def test_every_way_to_send_them_gives_the_models_own_answers(own: Service) -> None:
    wanted = [one.to_json() for one in model().predict(DIGITS)]
    files = [png(digit[0]) for digit in DIGITS]
    texts = [base64.b64encode(file).decode() for file in files]
    texts[0] = f"data:image/png;base64,{texts[0]}"
    for given, paths in (
        (array(own, DIGITS), None),
        (ask(own, "/predict", json.dumps({"pictures": texts}).encode(), "application/json; charset=utf-8"), None),
        (ask(own, "/predict", form(*((f"{n}.png", f) for n, f in enumerate(files))), FORM), True),
    ):
        for number, (row, one) in enumerate(zip(rows(given), wanted, strict=True)):
            assert row.pop("path", None) == (f"{number}.png" if paths else None)
            assert row["label"] == one["label"]
            assert row["probability"] == pytest.approx(one["probability"], abs=1e-6)
    single = rows(ask(own, "/predict", files[0], "image/png"))
    assert [row["label"] for row in single] == [wanted[0]["label"]]
    assert rows(array(own, DIGITS[0]))[0]["label"] == wanted[0]["label"]  # (C, H, W)


def test_pictures_of_any_size_are_brought_to_the_models(own: Service) -> None:
    large = np.kron(DIGITS[:3], np.ones((1, 1, 3, 3), np.uint8)).astype(np.uint8)
    wanted = [one.label for one in model().predict(large)]
    assert [row["label"] for row in rows(array(own, large))] == wanted


def test_options_are_those_of_predict(own: Service) -> None:
    some = 255 - DIGITS[:4]
    for query, options in (
        ("?top=5", {"top": 5}),
        ("?top=99", {"top": 10}),
        ("?invert=no", {"invert": "no"}),
        ("?invert=yes&centre=true", {"invert": "yes", "centre": True}),
        ("?always=1", {"always": True}),
    ):
        wanted = [one.to_json() for one in model().predict(some, **options)]
        found = rows(array(own, some, query))
        assert [row["label"] for row in found] == [one["label"] for one in wanted], query
        assert [len(row["top"]) for row in found] == [len(one["top"]) for one in wanted]
        assert [row.get("inverted") for row in found] == [one.get("inverted") for one in wanted]


def test_a_picture_that_cannot_be_read_has_its_error_in_its_row(own: Service) -> None:
    found = rows(ask(own, "/predict", form(("a.png", png(DIGITS[0, 0])), ("b.txt", b"no picture"), ("", b"")), FORM))
    assert "label" in found[0]
    assert found[1]["path"] == "b.txt"
    assert "not a picture" in found[1]["error"]
    assert set(found[2]) == {"error"} or "error" in found[2]
    assert error(ask(own, "/predict", b"no picture", "image/jpeg"))[0] == 400


@pytest.mark.parametrize(
    ("target", "body", "kind", "wanted"),
    [
        ("/predict", b"x", "text/plain", (415, "serve.type")),
        ("/predict", b"x", None, (415, "serve.type")),
        ("/predict", b"", "image/png", (400, "file.empty")),
        ("/predict", b"{}", "application/json", (400, "serve.json")),
        ("/predict", b'{"pictures": [], "more": 1}', "application/json", (400, "serve.json")),
        ("/predict", b'{"pictures": []}', "application/json", (400, "serve.none")),
        ("/predict", b'{"pictures": ["*"]}', "application/json", (400, "serve.base64")),
        ("/predict", b'{"pictures": [7]}', "application/json", (400, "serve.base64")),
        ("/predict", b"[" * 100_000, "application/json", (400, "json.none")),
        ("/predict", b"\xff", "application/json", (400, "json.none")),
        ("/predict", b"x", "application/octet-stream", (400, "serve.shape")),
        ("/predict", b"x", "multipart/form-data", (400, "serve.form")),
        ("/predict", b"x", FORM, (400, "serve.form")),
        ("/predict", form(), FORM, (400, "serve.none")),
        ("/predict?top=0", b"x", "image/png", (400, "value.whole.from")),
        ("/predict?tpo=1", b"x", "image/png", (400, "serve.option")),
        ("/predict?top=1&top=2", b"x", "image/png", (400, "serve.option.twice")),
        ("/predict?sets=2", b"x", "image/png", (400, "serve.sets")),
        ("/predict?sets=nan", b"x", "image/png", (400, "serve.sets")),
        ("/predict?invert=maybe", b"x", "image/png", (400, "invert.choice")),
        ("/predict?centre=2", b"x", "image/png", (400, "serve.switch")),
        ("/nothing", b"x", "image/png", (404, "serve.nothing")),
        ("/model", b"x", "image/png", (405, "serve.method")),
    ],
)
def test_what_is_wrong_is_one_error(own: Service, target: str, body: bytes, kind: str, wanted: tuple[int, str]) -> None:
    assert error(ask(own, target, body, kind)) == wanted


@pytest.mark.parametrize(
    "shape", ["1,1,28,28,1", "1,2,14,28", "2,1,28,28", "-1,1,28,28", "1,1,0,28", "a,b,c", "9" * 400]
)
def test_an_array_of_another_shape_is_refused(own: Service, shape: str) -> None:
    answer = ask(own, "/predict", bytes(784), "application/octet-stream", x_convscope_shape=shape)
    assert error(answer) in ((400, "serve.shape"), (400, "serve.shape.bytes"))


def test_the_wrong_method_is_told_which_is_right(own: Service) -> None:
    answer = ask(own, "/predict")
    assert error(answer) == (405, "serve.method")
    assert answer.header("allow") == "POST"


def test_more_than_the_limits_is_refused() -> None:
    with service(Limits(bytes=20_000, pictures=3)) as made:
        assert error(array(made, DIGITS[:4])) == (413, "serve.many")
        assert len(rows(array(made, DIGITS[:3]))) == 3
        texts = json.dumps({"pictures": [base64.b64encode(png(digit[0])).decode() for digit in DIGITS[:4]]}).encode()
        assert error(ask(made, "/predict", texts, "application/json")) == (413, "serve.many")
        four = form(*((f"{n}.png", png(DIGITS[n, 0])) for n in range(4)))
        assert error(ask(made, "/predict", four, FORM)) == (413, "serve.many")
        assert error(ask(made, "/predict", bytes(20_001), "image/png")) == (413, "refused.large")


@pytest.mark.medium
def test_a_full_queue_answers_429_and_what_is_too_late_503() -> None:
    with service(Limits(pictures=2, queue=2, seconds=1)) as made:
        made.answering.waiting = 1
        answer = array(made, DIGITS[:2])
        assert error(answer) == (429, "serve.busy")
        assert answer.header("retry-after") == "1"
        made.answering.waiting = 0

        async def never(pictures: np.ndarray) -> None:
            await asyncio.Event().wait()

        with mock.patch.object(made.answering._batcher, "answers", never):
            late = array(made, DIGITS[:2])
        assert error(late) == (503, "serve.late")
        assert late.header("retry-after") == "1"
        assert made.answering.waiting == 0
        assert len(rows(array(made, DIGITS[:2]))) == 2


def test_bodies_of_all_requests_together_are_bounded() -> None:
    with service() as made:
        app = made.application()
        app.held.most = 1000  # type: ignore[attr-defined]
        with mock.patch.object(made, "application", return_value=app):
            answer = array(made, DIGITS[:2])
            assert error(answer) == (429, "refused.full")
            assert answer.header("retry-after") == "1"
            assert len(rows(array(made, DIGITS[:1]))) == 1
        assert app.held.now == 0  # type: ignore[attr-defined]


def test_a_bug_is_told_as_one_and_nothing_of_it(own: Service, capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch.object(own.answering, "answer", side_effect=ZeroDivisionError("secret")):
        answer = array(own, DIGITS[:1])
    assert error(answer) == (500, "refused.bug")
    assert b"secret" not in answer.body
    assert "secret" in capsys.readouterr().err


def test_a_balancer_is_told_when_it_is_ready(own: Service) -> None:
    assert ask(own, "/healthz").json() == {"status": "ok"}
    assert (ask(own, "/readyz").status, ask(own, "/readyz").json()) == (200, {"status": "ready"})
    with mock.patch.object(own, "closing", True):
        assert (ask(own, "/readyz").status, ask(own, "/readyz").json()) == (503, {"status": "closing"})
        assert ask(own, "/healthz").status == 200
    with mock.patch.object(own, "ready", False):
        assert ask(own, "/readyz").json() == {"status": "starting"}


def test_metrics_are_prometheus_own_and_count_what_happened() -> None:
    with service() as made:
        array(made, DIGITS[:5])
        array(made, DIGITS[:2])
        ask(made, "/predict", b"x", "image/png")
        answer = ask(made, "/metrics")
    assert answer.header("content-type").startswith("text/plain; version=0.0.4")
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }
    assert found[("convscope_requests_total", ("code", "200"))] == 2
    assert found[("convscope_requests_total", ("code", "400"))] == 1
    assert found[("convscope_pictures_total",)] == found[("convscope_batch_pictures_sum",)] == 7
    assert found[("convscope_request_seconds_count",)] == 3
    assert found[("convscope_queue_pictures",)] == 0


def test_what_is_turned_away_before_it_is_read_is_counted_too() -> None:
    with service(Limits(bytes=1000), token=TOKEN) as made:
        known = {"authorization": f"Bearer {TOKEN}"}
        array(made, DIGITS[:1])
        array(made, DIGITS[:1], **known)
        array(made, DIGITS[:2], **known)
        ask(made, "/predict", **known)
        ask(made, "/nothing", **known)
        text = ask(made, "/metrics", **known).body.decode()
    found = {code: float(n) for code, n in re.findall(r'convscope_requests_total\{code="(\d+)"\} (\S+)', text)}
    assert found == {"401": 1, "200": 1, "413": 1, "405": 1}
    assert "convscope_request_seconds_count 1.0" in text, "seconds are those of requests that were read"


def test_the_model_says_what_it_reads(own: Service) -> None:
    about = ask(own, "/model").json()
    assert (about["shape"], about["classes"]) == ([1, 28, 28], list("0123456789"))
    assert about["digest"] == model().digest


def test_the_page_runs_its_own_script_and_no_other(own: Service) -> None:
    answer = ask(own, "/")
    policy = answer.header("content-security-policy")
    assert policy is not None
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert answer.header("x-frame-options") == "DENY"


def test_a_token_is_asked_for() -> None:
    with service(token=TOKEN) as made:
        answer = array(made, DIGITS[:1])
        assert error(answer) == (401, "serve.token")
        assert len(rows(array(made, DIGITS[:1], authorization=f"Bearer {TOKEN}"))) == 1


def test_a_batch_beyond_what_the_model_takes_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 32"), service(Limits(batch=33)):
        pass


@pytest.mark.parametrize(
    "wrong", [{"bytes": 0}, {"pictures": 0}, {"seconds": 0.5}, {"wait": -1}, {"wait": float("nan")}, {"queue": 10}]
)
def test_limits_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Limits(**wrong)  # type: ignore[arg-type]
