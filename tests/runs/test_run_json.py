"""run.json proves itself and the files that are written with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convscope.errors import InputError
from convscope.runs.directory import Run
from convscope.runs.run_json import MOST, read_listed, read_run_json, run_json


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "one"


BEGIN = b'{"format": "convscope.run/1", '


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"[]", b"{}", b'{"format": "convscope.run/9"}', b"\xff", b"[" * 100_000),
        *(BEGIN + b'"target": %s}' % number for number in (b"NaN", b"-Infinity", b"1e999")),
    ],
)
def test_a_malformed_run_json_is_named(path: Path, text: bytes) -> None:
    Run.create(path, {}).close()
    (path / "run.json").write_bytes(text)
    with pytest.raises(InputError, match=r"run\.json: "):
        Run.reopen(path)


def test_names_that_are_no_text_are_kept_in_a_run_json_that_is_utf_8(path: Path) -> None:
    Run.create(path, {"classes": ["\udcff", "한"]}).close()
    text = (path / "run.json").read_bytes().decode("utf-8")
    assert "한" in text
    assert read_run_json(path)["classes"] == ["\udcff", "한"]


@pytest.mark.medium
def test_every_flipped_bit_and_every_cut_is_noticed(tmp_path: Path) -> None:
    """But for a flip in the name of the digest, which harms nothing else: the settings are as they were."""
    settings = {"seed": 3, "formula": "conv(4, 3) + fc", "classes": ["é"]}
    text = run_json(settings, {"manifest.csv": b"a"})
    file = tmp_path / "run.json"
    file.write_bytes(text)
    whole = read_run_json(tmp_path)
    assert {name: whole[name] for name in settings} == settings
    name_at = text.index(b"digest")
    for bit in range(8 * len(text)):
        data = bytearray(text)
        data[bit // 8] ^= 1 << bit % 8
        file.write_bytes(data)
        if name_at <= bit // 8 < name_at + len(b"digest"):
            try:
                assert whole.items() <= read_run_json(tmp_path).items()
            except InputError:
                continue
        else:
            with pytest.raises(InputError):
                read_run_json(tmp_path)
    for end in range(len(text)):
        file.write_bytes(text[:end])
        with pytest.raises(InputError):
            read_run_json(tmp_path)


def test_a_change_by_hand_is_taken_once_its_digest_is_out(path: Path) -> None:
    Run.create(path, {"seed": 3}).close()
    file = path / "run.json"
    file.write_text(file.read_text().replace('"seed": 3', '"seed": 4'))
    with pytest.raises(InputError, match=r"damaged or incomplete\ntry: put it back"):
        read_run_json(path)
    settings = json.loads(file.read_text())
    del settings["digest"]
    file.write_text(json.dumps(settings))
    assert read_run_json(path) == settings


def test_the_files_that_are_written_with_it_are_proved_by_it(path: Path) -> None:
    Run.create(path, {}, {"manifest.csv": b"a,b\n"}).close()
    assert read_listed(path, "manifest.csv") == b"a,b\n"
    assert read_listed(path, "skipped.csv") is None
    (path / "manifest.csv").write_bytes(b"a,c\n")
    with pytest.raises(InputError, match=r"manifest\.csv: is damaged"):
        read_listed(path, "manifest.csv")


def test_one_that_says_it_has_a_terabyte_is_not_read(path: Path) -> None:
    Run.create(path, {}).close()
    with open(path / "run.json", "r+b") as file:
        file.truncate(MOST + 1)
    with pytest.raises(InputError, match="too large"):
        read_run_json(path)
