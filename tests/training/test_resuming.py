"""A run that was stopped ends in the same bits when it is resumed, or says why it can't be."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope import data
from convscope.errors import InputError, Interrupted, UsageError
from convscope.runs.records import StepLine
from convscope.runs.run_json import read_run_json
from convscope.training.events import BeginLine, Event, NoteLine
from convscope.training.session import train
from tests.data.folders import noise
from tests.training.tiny import outcome, pictures, stopped, trained

pytestmark = pytest.mark.medium


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal_it_resumes_to_the_same_bits(tmp_path: Path, number: int) -> None:
    whole = outcome(trained(tmp_path / "whole").run)
    path = tmp_path / "r"

    def interrupt(line: Event) -> None:
        if isinstance(line, StepLine) and line.step == 4:
            os.kill(os.getpid(), number)

    with pytest.raises(
        Interrupted, match=r"stopped at step 5 of 10, and saved\ntry: convscope train --resume "
    ) as caught:
        trained(path, progress=interrupt)
    assert caught.value.exit_code == 5
    lines: list[Event] = []
    train(pictures(), resume=path, progress=lines.append)
    assert isinstance(lines[0], BeginLine)
    assert lines[0].step == 5
    assert outcome(path) == whole


def test_a_damaged_checkpoint_is_noted_and_the_end_is_the_same(tmp_path: Path) -> None:
    path = stopped(tmp_path / "r")
    newest = sorted((path / "checkpoints").iterdir())[-1]
    newest.write_bytes(newest.read_bytes()[:-5])
    notes: list[Event] = []
    train(pictures(), resume=path, progress=notes.append)
    assert [line.text for line in notes if isinstance(line, NoteLine)] == [
        f"{newest}: is damaged or incomplete; going on from step 6"
    ]
    assert outcome(path) == outcome(trained(tmp_path / "whole").run)


def test_without_any_checkpoint_it_begins_again(tmp_path: Path) -> None:
    path = stopped(tmp_path / "r")
    for checkpoint in (path / "checkpoints").iterdir():
        checkpoint.unlink()
    train(pictures(), resume=path)
    assert outcome(path) == outcome(trained(tmp_path / "whole").run)


def test_other_threads_are_noted(tmp_path: Path) -> None:
    notes: list[Event] = []
    train(pictures(), resume=stopped(tmp_path / "r"), threads=2, progress=notes.append)
    assert [line.text for line in notes if isinstance(line, NoteLine)] == [
        "threads: it began with 1, goes on with 2; the last bits of the result may differ"
    ]


def test_a_resume_knows_where_its_folder_of_pictures_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    for name in ("ants", "bees"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(9):
            Image.fromarray(rng.integers(0, 256, (10, 8, 3), dtype=np.uint8)).save(
                tmp_path / "pets" / name / f"{i}.png"
            )
    monkeypatch.chdir(tmp_path)
    common: dict[str, Any] = {
        "arch": "conv(2, 3) + relu + fc",
        "size": 6,
        "epochs": 2,
        "batch_size": 4,
        "keep_seconds": 0.0,
    }
    whole = train("pets", out="whole", **common)
    assert whole.test is None
    assert whole.validation is not None
    assert whole.validation.n == 3  # a sixth
    assert whole.validation.classes == ("ants", "bees")
    with pytest.raises(Interrupted):
        train("pets", out="r", stop=lambda: True, **common)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    train(resume=tmp_path / "r")
    first, second = (outcome(tmp_path / name) for name in ("whole", "r"))
    assert first == second
    Image.new("RGB", (8, 8)).save(tmp_path / "pets" / "ants" / "0.png")
    (tmp_path / "r" / "model.onnx").unlink()
    with pytest.raises(
        InputError, match=r"pets: pictures that .* are not there any more, got 1 changed \(ants/0.png\)"
    ):
        train(resume=tmp_path / "r")
    shutil.rmtree(tmp_path / "pets")
    with pytest.raises(InputError):
        train(resume=tmp_path / "r")


def test_files_renamed_and_added_between_stop_and_resume_change_no_bit(tmp_path: Path) -> None:
    for i in range(18):
        noise(tmp_path / "pets" / "ab"[i % 2] / f"{i}.png", i)
    common: dict[str, Any] = {"arch": "conv(2, 3) + bn + relu + fc", "epochs": 3, "batch_size": 4, "keep_seconds": 0.0}
    train(tmp_path / "pets", out=tmp_path / "whole", **common)
    with pytest.raises(Interrupted):
        train(tmp_path / "pets", out=tmp_path / "r", stop=iter([False] * 3 + [True] * 9).__next__, **common)
    for i in range(18):
        old = tmp_path / "pets" / "ab"[i % 2] / f"{i}.png"
        old.rename(old.with_name(f"{i * 7 % 18:02}-{i}.png"))
    noise(tmp_path / "pets" / "a" / "new.png", 99)
    events: list[Event] = []
    train(resume=tmp_path / "r", progress=events.append)
    assert outcome(tmp_path / "r") == outcome(tmp_path / "whole")
    assert [str(line.message) for line in events if isinstance(line, NoteLine) and "began" in line.text] == [
        f"{tmp_path / 'pets'}, since the training began: 1 new (a/new.png); what is new takes no part"
    ]
    (tmp_path / "r" / "model.onnx").unlink()
    gone = sorted((tmp_path / "pets" / "b").iterdir())[0]
    gone.unlink()
    with pytest.raises(InputError, match="1 missing \\(b/") as caught:
        train(resume=tmp_path / "r")
    assert str(caught.value).endswith("try: put them back, or start a new training")


def test_what_a_resume_refuses(tmp_path: Path) -> None:
    path = stopped(tmp_path / "r")
    with pytest.raises(UsageError, match="a run is resumed with its own settings"):
        train(pictures(), resume=path, epochs=3)
    with pytest.raises(UsageError):
        train("mnist", resume=path)
    with pytest.raises(InputError, match="this run was trained on arrays in memory"):
        train(resume=path)
    other = data.arrays(pictures().train.images.copy() ^ 1, pictures().train.labels, ["a", "b", "c"])
    with pytest.raises(InputError, match="the data is not what this run began with"):
        train(other, resume=path)
    settings = read_run_json(path)
    for name in ("steps", "recipe", "data", "input", "threads", "seed"):
        (path / "run.json").write_text(json.dumps({k: v for k, v in settings.items() if k != name}))
        with pytest.raises(InputError, match=rf"run\.json: the field {name} is missing"):
            train(pictures(), resume=path)
    (path / "run.json").write_text(json.dumps(settings))
    train(pictures(), resume=path)
    with pytest.raises(InputError, match="this run is finished"):
        train(pictures(), resume=path)
