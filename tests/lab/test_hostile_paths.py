"""No path that is asked for leads out of the lab's folders."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.asking import CANARY, asked, tree

UP = (
    "..",
    "%2e%2e",
    "..%2f..",
    "%2e%2e%2f%2e%2e",
    "....//",
    "..\\..",
    "..%5c..",
    "%252e%252e",
    "..;",
    ".",
    "%00",
    "..%00",
    "%c0%ae%c0%ae",
    "．．",
    "/",
    "//",
)
THINGS = (
    "canary.txt",
    "etc/passwd",
    "run.json",
    "%2fetc%2fpasswd",
    "C:\\canary.txt",
    "link",
    "link/canary.txt",
    "~/canary.txt",
    "",
    "one/../../canary.txt",
)


@pytest.mark.slow
def test_no_path_leads_out(app: Any, tmp_path: Path) -> None:
    (tmp_path / "runs" / "link").symlink_to(tmp_path)
    (tmp_path / "data" / "link").symlink_to(tmp_path)
    (tmp_path / "run.json").write_text(f'{{"format": "convscope.run/1", "formula": "{CANARY}"}}')
    before, count = tree(tmp_path), 0
    ids = (
        [f"{a}/{b}" for a in UP for b in THINGS]
        + [f"{a}{s}{a}/{b}" for a in UP[:9] for s in ("/", "%2f") for b in THINGS]
        + list(UP)
        + list(THINGS)
    )
    for id in ids:
        targets = [(f"/api/runs/{id}{end}", None) for end in ("", "/network", "/events")] + [
            (f"/runs/{id}/look", None),
            (f"/{id}", None),
            (f"/runs/{id}", None),
        ]
        targets += [(f"/api/runs/{id}/{verb}", {}) for verb in ("stop", "resume")]
        targets += [
            ("/api/describe", {"formula": "fc", "data": data}) for data in (id, f"folder/0/{id}", f"folder/{id}")
        ]
        targets += [("/api/runs", {"data": data}) for data in (id, f"folder/0/{id}")]
        for path, body in targets:
            answer = asked(app, path, body)
            count += 1
            assert CANARY.encode() not in answer.body, path
            assert str(tmp_path).encode() not in answer.body, path
            if answer.status == 200 and not (answer.header("content-type") or "").startswith("text/html"):
                # an id that comes out empty is a list; a formula's error and a link are answered as such
                told = json.loads(answer.body.decode().split("\n\n")[0].removeprefix("event: run\ndata: "))
                assert "runs" in told or told.get("fault") or told.get("state") == "damaged", (path, body)
    assert count > 3000
    assert tree(tmp_path) == before


@pytest.mark.slow
def test_thousands_of_paths_lead_nowhere(app: Any, tmp_path: Path) -> None:
    (tmp_path / "runs" / "link").symlink_to(tmp_path)
    before = tree(tmp_path)
    separators = ("/", "%2f", "\\", "%5c")
    paths = {f"{a}{s}{b}{s}{c}" for a in ("one", *UP) for s in separators for b in UP for c in THINGS}
    assert len(paths) > 5_000
    shapes = (
        "/{}",
        "/runs/{}",
        "/runs/{}/look",
        "/api/{}",
        "/api/runs/{}",
        "/api/runs/{}/network",
        "/api/runs/{}/events",
        "/api/runs/{}/stop",
    )
    for shape, path in zip(itertools.cycle(shapes), sorted(paths), strict=False):
        answer = asked(app, shape.format(path), {} if shape.endswith("stop") else None)
        assert answer.status == 404, (shape, path)
        assert CANARY.encode() not in answer.body
        assert str(tmp_path).encode() not in answer.body
    assert tree(tmp_path) == before
