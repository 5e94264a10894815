"""What is posted to the lab is refused unless its own page could have sent it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convscope.lab.security import MOST_BODY
from tests.lab.asking import asked, headers, tree


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "",
    ],
)
def test_what_a_form_can_send_is_refused(app: Any, kind: str | None) -> None:
    assert asked(app, "/api/describe", {"formula": "fc"}, headers(content_type=kind)).status == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"formula": 1}',
        b'{"formula": "fc", "data": []}',
        b'{"formula": "fc", "size": 1e9}',
        b'{"formula": "fc", "size": true}',
        b"[" * 50_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_malformed_bodies_are_the_clients_error(app: Any, body: bytes) -> None:
    assert asked(app, "/api/describe", body).status == 400


@pytest.mark.parametrize(
    "wanted",
    [
        {"data": "mnist", "out": "/tmp/x"},
        {"recipe": "--out=/tmp/x"},
        {"formula": "--out=/tmp/x"},
        {"formula": ["fc"]},
        {"epochs": "1; rm"},
        {"epochs": -1},
        {"epochs": True},
        {"epochs": 1e308 * 10},
        {"epochs": 10**400},
        {"epochs": -(10**400)},
        {"seed": -1},
        {"seed": 1.5},
        {"val": "x"},
        {"data": "--resume=x"},
        {"data": "/etc"},
        {"data": "folder/9"},
        {"formula": "conv(1, 99) + fc"},
        {"data": "folder/0/--out"},
        {"data": "mnist\0"},
        {"recipe": "slides\n"},
    ],
    ids=str,
)
def test_no_training_but_what_was_offered(app: Any, tmp_path: Path, wanted: dict[str, Any]) -> None:
    before = tree(tmp_path)
    assert asked(app, "/api/runs", json.dumps(wanted).encode()).status == 400
    assert tree(tmp_path) == before


def test_a_body_has_its_limit_in_one_piece_and_in_many(app: Any) -> None:
    for pieces in (1, 50):
        assert asked(app, "/api/describe", b" " * (MOST_BODY + 1), pieces=pieces).status == 413
    fitting = json.dumps({"formula": "fc"}).encode().ljust(MOST_BODY)
    assert asked(app, "/api/describe", fitting, pieces=50).status == 200
