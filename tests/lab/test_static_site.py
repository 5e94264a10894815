"""The static site: two pages that hold a finished run whole, and no folder of anybody else's is touched."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any, ClassVar

import pytest

from convscope.errors import ConvscopeError, InputError
from convscope.files import TEMPORARY
from convscope.lab import run_files
from convscope.lab import static_site as site
from convscope.lab.static_site import FILES, MARK, PAGES, site_payload, write_site
from tests.lab.rundirs import run_dir, step, trained


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the pages themselves: what is written where is the matter."""

    class Page:
        payload: ClassVar[dict[str, Any]] = {}

    class Nothing:
        def to_json(self) -> dict[str, Any]:
            return {}

    monkeypatch.setattr(site, "look", lambda run: Page())
    monkeypatch.setattr(site, "page_html", lambda payload, packed: "<p>")
    monkeypatch.setattr(site, "lab_html", lambda payload, api, packed: "<p>lab")
    monkeypatch.setattr(site, "teacher_html", lambda payload: "<p>teacher")
    monkeypatch.setattr(site, "empty_html", lambda lab: "<p>open")
    monkeypatch.setattr(site, "teacher_payload", lambda payload: payload)
    monkeypatch.setattr(site, "lab_payload", Nothing)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def payload_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', html)
    assert found
    given = json.loads(found[1])
    return dict(json.loads(zlib.decompress(base64.b64decode(given["deflated"]))) if "deflated" in given else given)


@pytest.mark.slow
def test_the_site_holds_a_real_run_whole_and_no_path(tmp_path: Path) -> None:
    run = trained(tmp_path / "a private place" / "my run")
    first = write_site(tmp_path / "made" / "site", run)
    folder = first.parent
    assert (first.name, names(folder)) == ("index.html", {*FILES, MARK})
    payload = payload_of(first.read_text(encoding="utf-8"))
    assert (payload["api"], payload.get("token")) == (False, None)
    recorded = payload["recorded"]
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert recorded["lines"] == lines
    assert recorded["run"]["test"] == {name: lines[-1]["test"][name] for name in ("accuracy", "loss")}
    assert (recorded["run"]["state"], recorded["run"]["look"], recorded["look"]) == (
        "finished",
        "trained.html",
        "trained.html",
    )
    assert [shot["step"] for shot in recorded["snapshots"]] == sorted(
        int(f.stem) for f in (run / "snapshots").iterdir()
    )
    looked = payload_of((folder / "trained.html").read_text(encoding="utf-8"))
    assert (looked["formula"], looked["lab"]) == (recorded["run"]["formula"], "index.html#c=mnist")
    for page in PAGES:
        html = (folder / page).read_text(encoding="utf-8")
        assert "a private place" not in html
        assert str(Path.home()) + "/" not in html
        assert not re.search(r"""(?:src|href)=["']?https?:""", html)


@pytest.mark.medium
def test_all_of_a_long_log_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_dir(tmp_path, "one", map(step, range(1, 301)), finished=True)
    monkeypatch.setattr(run_files, "BITE", 1_000)
    recorded = site_payload(run)["recorded"]
    assert [line["step"] for line in recorded["lines"]] == [*range(1, 301)]
    assert recorded["run"]["step"] == recorded["run"]["curve"][-1][0] == 300


@pytest.mark.usefixtures("quick")
@pytest.mark.medium
def test_an_earlier_site_is_written_over_and_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    write_site(folder)
    (folder / "index.html").write_text("old")
    (folder / f"{TEMPORARY}1-abcd").write_text("half")
    write_site(folder)
    assert (names(folder), (folder / "index.html").read_text()) == ({*FILES, MARK}, "<p>lab")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "kind", ["a file of another", "our mark and a file of another", "a broken mark", "another mark", "a hidden file"]
)
def test_a_folder_that_holds_anything_else_is_left_alone(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "site"
    if kind == "our mark and a file of another":
        write_site(folder)
    folder.mkdir(exist_ok=True)
    marks = {"a broken mark": "{", "another mark": '{"format": "x"}'}
    (folder / (MARK if kind in marks else ".x" if kind == "a hidden file" else "thesis.html")).write_text(
        marks.get(kind, "mine")
    )
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match="holds something else"):
        write_site(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.usefixtures("quick")
def test_what_cannot_be_built_says_why_and_writes_nothing(tmp_path: Path) -> None:
    unfinished = run_dir(tmp_path, "unfinished", [step(1)])
    damaged = run_dir(tmp_path, "damaged", finished=True, classes=7)
    (tmp_path / "file").write_text("")
    for folder, run, why in (
        ("site", unfinished, "no finished run is here"),
        ("site", tmp_path, "no finished run is here"),
        ("site", damaged, "classes is of another type"),
        ("file", None, "cannot be written"),
        ("file/site", None, "cannot be written"),
    ):
        with pytest.raises(ConvscopeError, match=why):
            write_site(tmp_path / folder, run)
    assert not (tmp_path / "site").exists()
    assert (tmp_path / "file").read_text() == ""
