"""Data dropped on the lab: whole or not there, within its bounds, and nothing but its own folder is touched."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from convscope.data import find_data, understood
from convscope.errors import MissingError
from convscope.lab import drops as module
from convscope.lab.app import Lab
from convscope.lab.drops import MOST_AT_ONCE, MOST_BYTES, MOST_FILE, MOST_FILES, MOST_PIECE, DropRequest, Drops
from tests.lab.asking import CANARY, HOST, Answer, asked, headers, lab
from tests.lab.rundirs import run_dir

BYTES = "application/octet-stream"
CLASSES = ("ant", "bee")


@pytest.fixture
def made(tmp_path: Path) -> Lab:
    (tmp_path / "runs" / ".lab").mkdir(parents=True)
    return lab(tmp_path)


@pytest.fixture
def app(made: Lab) -> Any:
    return made.application()


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def pets() -> dict[str, bytes]:
    return {f"{name}/{i}.png": picture(10 * k + i) for k, name in enumerate(CLASSES) for i in range(3)}


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def begin(app: Any, files: dict[str, bytes], name: str = "pets", archive: bool = False) -> str:
    said = {"name": name, "archive": archive, "files": len(files), "bytes": sum(map(len, files.values()))}
    answer = asked(app, "/api/data", said)
    assert answer.status == 201, answer.body
    return str(answer.json()["id"])


def piece(app: Any, id: str, path: str, data: bytes, at: int = 0, size: int | None = None, **more: Any) -> Answer:
    target = f"/api/data/{id}/piece?path={quote(path, safe='', errors='replace')}&at={at}"
    target += f"&size={len(data) if size is None else size}"
    return asked(app, target, data, headers(**({"content_type": BYTES} | more)))


def dropped(app: Any, files: dict[str, bytes], name: str = "pets", archive: bool = False) -> Any:
    id = begin(app, files, name, archive)
    for path, data in files.items():
        assert piece(app, id, path, data).status == 200
    answer = asked(app, f"/api/data/{id}/end", {})
    assert answer.status == 201, answer.body
    return answer.json()


def key(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["key"]


def kept(made: Lab) -> list[str]:
    """Return every file and folder of the lab's own data."""
    return sorted(str(p.relative_to(made.drops.folder)) for p in made.drops.folder.rglob("*"))


def own(app: Any) -> list[str]:
    return [one["id"] for one in asked(app, "/api/offer").json()["data"] if one["kind"] == "own"]


def test_a_folder_is_there_once_it_is_whole_and_is_understood_as_train_says(app: Any, made: Lab) -> None:
    files = pets()
    id = begin(app, files)
    for path, data in files.items():
        assert own(app) == []
        assert key(asked(app, f"/api/data/{id}/end", {})) == (400, "drop.incomplete")
        assert piece(app, id, path, data).status == 200
    found = asked(app, f"/api/data/{id}/end", {}).json()
    place = made.drops.folder / "pets"
    assert {p: (place / p).read_bytes() for p in files} == files
    assert kept(made) == sorted(["pets", *(f"pets/{c}" for c in CLASSES), *(f"pets/{p}" for p in files)])
    assert (found["id"], found["name"], found["fault"]) == ("folder/own/pets", "pets", None)
    assert found["understood"] == json.loads(json.dumps([line.to_json() for line in understood(find_data(place))]))
    assert found["understood"][0]["words"]["counts"] == "ant (3), bee (3)"
    assert asked(app, "/api/data/pets").json() == found
    assert own(app) == ["folder/own/pets"]
    described = asked(app, "/api/describe", {"formula": "fc", "data": found["id"]}).json()["description"]
    assert (described["input"], described["classes"]) == ([3, 9, 8], 2)
    assert made.jobs.catalogue.source("folder/own/pets") == str(place)
    assert key(asked(app, f"/api/data/{id}/end", {})) == (404, "drop.unknown")


def test_a_zip_stays_a_zip_and_comes_in_pieces_some_of_them_twice(app: Any, made: Lab) -> None:
    data = zipped(pets())
    id = begin(app, {"x": data}, "My Pets.ZIP", archive=True)
    half = len(data) // 2
    assert piece(app, id, "x", data[:half], 0, len(data)).status == 200
    assert key(piece(app, id, "x", data[half + 1 :], half + 1, len(data))) == (400, "drop.piece")  # a gap
    assert piece(app, id, "x", data[half : half + 3], half, len(data)).status == 200
    assert piece(app, id, "x", data[half:], half, len(data)).status == 200  # its answer had been lost
    found = asked(app, f"/api/data/{id}/end", {}).json()
    assert (found["name"], found["fault"]) == ("My Pets.zip", None)
    assert found["understood"][0]["words"]["counts"] == "ant (3), bee (3)"
    assert kept(made) == ["My Pets.zip"]
    assert (made.drops.folder / "My Pets.zip").read_bytes() == data
    described = asked(app, "/api/describe", {"formula": "fc", "data": found["id"]}).json()
    assert described["description"]["classes"] == 2


@pytest.mark.medium
def test_the_same_name_twice_is_two_sets_and_a_removed_one_is_gone(app: Any, made: Lab) -> None:
    assert [dropped(app, pets())["name"] for _ in range(3)] == ["pets", "pets-2", "pets-3"]
    assert asked(app, "/api/data/pets-2/remove", {}).status == 200
    assert own(app) == ["folder/own/pets", "folder/own/pets-3"]
    assert not any("pets-2" in path or ".gone" in path for path in kept(made))
    assert key(asked(app, "/api/data/pets-2/remove", {})) == (404, "drop.none")
    fc = {"formula": "fc", "data": "folder/own/pets"}
    other = {f"{c}/{i}.png": picture(i) for c in "xyz" for i in range(2)}
    assert asked(app, "/api/describe", fc).json()["description"]["classes"] == 2
    asked(app, "/api/data/pets/remove", {})
    dropped(app, other)  # under the name that is free again
    assert asked(app, "/api/describe", fc).json()["description"]["classes"] == 3


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..%2f..%2fdata", ".new-x", "%00", "a" * 3000, "..%5c.."])
@pytest.mark.medium
def test_nothing_but_a_set_can_be_removed_or_read(app: Any, made: Lab, tmp_path: Path, name: str) -> None:
    dropped(app, pets())
    before = sorted(tmp_path.rglob("*"))
    for target, body in ((f"/api/data/{name}/remove", {}), (f"/api/data/{name}", None)):
        assert asked(app, target, body).status in (404, 405)
    assert sorted(tmp_path.rglob("*")) == before
    link = made.drops.folder / "link"
    link.symlink_to(tmp_path / "data")
    assert asked(app, "/api/data/link/remove", {}).status == 404
    assert link.is_symlink()
    assert own(app) == ["folder/own/pets"]


def test_hostile_paths_write_nothing_outside(app: Any, made: Lab, tmp_path: Path) -> None:
    id = begin(app, {str(i): b"xxxx" for i in range(9)})
    outside = sorted(p for p in tmp_path.rglob("*") if made.drops.folder not in p.parents)
    for path in ("../x", "/x", "a/../../../x", "..\\x", "", ".x", str(tmp_path / "x"), "a/" * 30 + "b", "b" * 9_000):
        expected = (400, "drop.path.long") if path[:1] in "ab" and "a/.." not in path else (400, "drop.path")
        if len(path) == 9_000:
            assert piece(app, id, path, b"x").status == 200  # a name that is cut
        else:
            assert key(piece(app, id, path, b"x")) == (expected if path else (400, "drop.path"))
    assert piece(app, id, "NUL", b"xxxx").status == 200
    assert piece(app, id, "a:b", b"xxxx").status == 200
    assert key(piece(app, id, "a_b", b"xxxx")) == (400, "drop.twice")
    assert piece(app, id, "c/d", b"x").status == 200
    assert key(piece(app, id, "c", b"x")) == (400, "file.unwritable")  # a folder
    assert key(piece(app, id, "c/d/e", b"x")) == (400, "file.unwritable")  # within a file
    assert sorted(p for p in tmp_path.rglob("*") if made.drops.folder not in p.parents) == outside
    assert (tmp_path / "canary.txt").read_text() == CANARY
    assert {p.name for p in (made.drops.folder / f".new-{id}" / "files").iterdir()} == {"_NUL", "a_b", "c", "b" * 200}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"files": MOST_FILES + 1, "bytes": 9}, "value.range"), ({"files": 0, "bytes": 9}, "value.range"),
        ({"files": 1, "bytes": MOST_BYTES + 1}, "value.range"),
        ({"files": 2, "bytes": 9, "archive": True}, "value.range"),
        ({"files": 1, "bytes": True}, "value.range"), ({"files": 1, "bytes": 9, "archive": 1}, "drop.archive"),
        ({"files": 1, "bytes": 9, "name": 3}, "value.text"), ({"out": "/"}, "lab.field"),
    ],
)  # fmt: skip
def test_what_is_said_before_has_its_bounds(app: Any, made: Lab, body: dict[str, Any], says: str) -> None:
    assert key(asked(app, "/api/data", body)) == (400, says)
    assert not made.drops.folder.exists()


def test_no_more_is_taken_than_was_said(app: Any, made: Lab) -> None:
    id = begin(app, {"a": b"12", "b": b"34"})
    assert key(piece(app, id, "a", b"12345")) == (400, "drop.more")
    assert key(piece(app, id, "a", b"123", size=2)) == (400, "drop.piece")
    assert key(piece(app, id, "a", b"1", size=MOST_FILE + 1)) == (400, "drop.file.large")
    for data in (b"123", b"12"):  # it was changed meanwhile, and is shorter now
        assert piece(app, id, "a", data).status == 200
    assert piece(app, id, "b", b"34").status == 200
    assert key(piece(app, id, "c", b"")) == (400, "drop.more")
    for wrong in ("-1", "x", "", "1e3", "9" * 400, "٣"):
        refused = asked(app, f"/api/data/{id}/piece?path=a&at={wrong}&size=2", b"1", headers(content_type=BYTES))
        assert refused.status == 400
    assert asked(app, f"/api/data/{id}/end", {}).status == 201
    assert kept(made) == ["pets", "pets/a", "pets/b"]
    assert (made.drops.folder / "pets" / "a").read_bytes() == b"12"


def test_a_piece_is_bounded_and_every_other_body_stays_small(app: Any) -> None:
    id = begin(app, {"a": b"x" * (MOST_PIECE + 1)})
    assert piece(app, id, "a", b"x" * (MOST_PIECE + 1)).status == 413
    assert piece(app, id, "a", b"x" * MOST_PIECE, 0, MOST_PIECE + 1).status == 200
    for target in ("/api/data", f"/api/data/{id}/end", "/api/runs", "/api/data/a/b/piece", f"/api/data/{id}/piece/"):
        assert asked(app, target, b"x" * 64_001).status == 413
        assert asked(app, target, b"x", headers(content_type=BYTES)).status == 415
    assert piece(app, id, "a", b"x", content_type="application/json").status == 415


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"x_convscope_token": None}, 403), ({"x_convscope_token": "wrong"}, 403), ({"origin": "null"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403), ({"host": "evil.test"}, 421), ({"content_type": "text/plain"}, 415),
        ({"content_type": None}, 415), ({"content_type": "multipart/form-data"}, 415),
    ],
)  # fmt: skip
@pytest.mark.medium
def test_strangers_send_nothing(app: Any, made: Lab, given: dict[str, Any], status: int) -> None:
    id = begin(app, {"a": b"12"})
    assert piece(app, id, "a", b"12", **given).status == status
    dropped(app, {"c/1.png": b"1"}, "other")
    before = kept(made)
    for target in (f"/api/data/{id}/cancel", "/api/data/other/remove", "/api/data"):
        assert asked(app, target, {}, headers(**given)).status == status
    assert kept(made) == before
    assert HOST in dict(headers())[b"host"].decode()


def test_what_is_broken_off_leaves_nothing(app: Any, made: Lab) -> None:
    id = begin(app, {"a": b"12", "b": b"34"})
    piece(app, id, "a", b"12")
    assert own(app) == []
    assert asked(app, f"/api/data/{id}/cancel", {}).status == 200
    assert kept(made) == []
    assert key(piece(app, id, "b", b"34")) == (404, "drop.unknown")
    again = begin(app, {"a": b"12", "b": b"34"})
    piece(app, again, "a", b"12")
    dropped(app, pets(), "whole")
    (made.drops.folder / ".gone-1").mkdir()
    later = Drops(made.drops.folder)  # the lab was killed, and started again
    assert [place.name for place in later.places()] == ["whole"]
    assert {path.split("/")[0] for path in kept(made)} == {"whole"}


def test_few_are_sent_at_once_and_an_idle_one_gives_way(app: Any, made: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [begin(app, {"a": b"12"}) for _ in range(MOST_AT_ONCE)]
    said = {"name": "x", "files": 1, "bytes": 1}
    assert key(asked(app, "/api/data", said)) == (400, "drop.busy")
    monkeypatch.setattr(module, "IDLE_SECONDS", -1.0)
    assert asked(app, "/api/data", said).status == 201
    assert key(piece(app, ids[0], "a", b"12")) == (404, "drop.unknown")
    assert piece(app, ids[1], "a", b"12").status == 200
    monkeypatch.setattr(module, "MOST_SETS", MOST_AT_ONCE)
    assert key(asked(app, "/api/data", said)) == (400, "drop.sets")


@pytest.mark.medium
def test_whoever_ends_cancels_and_begins_at_once_waits_for_nobody_for_ever(made: Lab) -> None:
    drops = made.drops
    for turn in range(30):
        id = drops.begin(DropRequest("x", False, 1, 1))
        drops.write(id, "a", 0, 1, b"1")
        done: list[str] = []

        def attempt(act: Callable[[], object], done: list[str] = done) -> None:
            with contextlib.suppress(MissingError):
                act()
                done.append("done")

        acts: list[Callable[[], object]] = [lambda id=id: drops.end(id), lambda id=id: drops.cancel(id)]  # type: ignore[misc]
        threads = [threading.Thread(target=attempt, args=(act,), daemon=True) for act in acts[:: 1 - 2 * (turn % 2)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in threads)
        assert done == ["done"]  # one of both
        for place in drops.places():
            drops.remove(place.name)
    assert kept(made) == []


def test_a_full_disk_says_so(app: Any, made: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": module.SPARE + 100})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda place: usage)
    assert key(asked(app, "/api/data", {"name": "x", "files": 1, "bytes": 101})) == (503, "drop.space")
    id = begin(app, {"a": b"x" * 60})
    assert key(asked(app, "/api/data", {"name": "x", "files": 1, "bytes": 41})) == (503, "drop.space")  # promised
    assert asked(app, "/api/data", {"name": "x", "files": 1, "bytes": 40}).status == 201

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(module.os, "fsync", full)
    answer = piece(app, id, "a", b"x" * 60)
    assert key(answer) == (503, "file.unwritable")
    assert str(made.runs.root).encode() not in answer.body
    monkeypatch.undo()
    assert key(asked(app, f"/api/data/{id}/end", {})) == (400, "drop.incomplete")
    assert piece(app, id, "a", b"x" * 60).status == 200  # it goes on once there is room
    assert asked(app, f"/api/data/{id}/end", {}).status == 201


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped({f"{c}/{i}.png": bytes(20_000_000) for c in "ab" for i in range(2)}), "bytes"),
        (b"no archive", "archive"),
        (zipped({"../../x.png": b"1", "/a/x.png": b"2"}), ""),
    ],
)
def test_a_bad_archive_is_refused_by_the_rules_of_reading_and_can_be_removed(
    app: Any, made: Lab, data: bytes, says: str
) -> None:
    found = dropped(app, {"x": data}, "bad.zip", archive=True)
    assert found["understood"] == []
    assert says in found["fault"]["message"]
    assert str(made.runs.root.parent) not in json.dumps(found)
    assert asked(app, "/api/data/bad.zip/remove", {}).status == 200
    assert kept(made) == []


def test_a_name_of_a_set_is_made_safe(app: Any, made: Lab) -> None:
    names = ("..", "", "../../x", "/etc", ".lab", "con", "a" * 300, "\ud800", "x/../y", "-rf")
    found = [dropped(app, {"c/1.png": b"1"}, name)["name"] for name in names]
    assert found == [
        "pictures", "pictures-2", "_.._x", "_etc", "lab", "_con", "a" * 60, "_", "x_.._y", "rf",
    ]  # fmt: skip
    assert {path.split("/")[0] for path in kept(made)} == set(found)


def test_a_run_has_a_link_to_its_report_which_may_reach_nothing(app: Any, made: Lab) -> None:
    run = run_dir(made.runs.root, "one", finished=True)
    assert asked(app, "/api/runs/one").json()["report"] is None
    assert key(asked(app, "/runs/one/report")) == (404, "lab.report.none")
    (run / "report.html").write_text("<script>1</script>")
    address = asked(app, "/api/runs/one").json()["report"]
    assert address == "/runs/one/report"
    page = asked(app, address)
    policy = page.header("content-security-policy") or ""
    assert (page.status, page.body) == (200, b"<script>1</script>")
    assert policy.startswith("default-src 'none'; ")
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.header("x-frame-options") == "DENY"
    without = asked(app, address, None, headers(x_convscope_token=None))
    assert without.status == 403
    (run / "report.html").unlink()
    (run / "report.html").symlink_to(made.runs.root.parent / "canary.txt")
    assert CANARY.encode() not in asked(app, address).body
    assert asked(app, "/api/runs/one").json()["state"] == "damaged"
