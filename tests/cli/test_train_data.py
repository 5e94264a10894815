"""`convscope train DATA` on the folders of tests/data: what is refused is one line, what is trained says what it is."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from convscope.cli.main import main
from tests.data.every_case import CASES
from tests.data.folder_cases import packed

REFUSED = ("one_class", "empty", "flat_files", "a_class_in_latin_1", "test_with_another_class", "yolo", "only_test")


def words(folder: Path, name: str, out: Path) -> list[str]:
    """Return the command that trains on a case for one epoch."""
    expected = CASES[name](folder)
    options = [f"--{key.replace('_', '-')}={value}" for key, value in expected.options.items()]
    return ["train", str(folder / expected.point), "--arch=fc", "--epochs=1", "--size=8", f"--out={out}", *options]


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.medium
def test_what_is_refused_is_a_line_and_a_hint(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    assert main(words(tmp_path / "data", name, tmp_path / "run")) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "\ntry: " in printed.err
    assert printed.err.count("\n") == 2
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("roboflow_folders", "validation pictures from valid/: 6"),
        ("kaggle_table", "labels from train.csv: 16 pictures of 16 rows"),
        ("a_table_that_is_pointed_at", "2 classes: cat (8), dog (8), in images/"),
        ("dogs_vs_cats_by_names", "left out 5 of 21: 5 × not matched by --label-from (test1/00.png)"),
        ("imagenet_as_it_is", "ILSVRC/Data/CLS-LOC/ is wrapped round everything: what is in it is read"),
        ("many_bad", "left out 30 of 46: 30 × not a picture that can be read (cat/bad0.jpg)"),
    ],
)
def test_what_is_trained_is_said_and_measured_again(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    assert main(words(tmp_path / "data", name, tmp_path / "run")) == 0
    assert said in capsys.readouterr().err.splitlines()
    assert main(["evaluate", str(tmp_path / "run")]) == 0
    assert str(tmp_path / "data") in capsys.readouterr().out


@pytest.mark.slow
def test_an_archive_trains_to_the_same_weights_as_its_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    command = words(tmp_path / "data", "train_val_test", tmp_path / "folder")
    assert main(command) == 0
    packed(tmp_path / "data", tmp_path / "data.zip")
    assert main(["train", str(tmp_path / "data.zip"), *command[2:-1], f"--out={tmp_path / 'archive'}"]) == 0
    models = [onnx.load(str(tmp_path / name / "model.onnx")) for name in ("folder", "archive")]
    one, other = ({tensor.name: tensor.raw_data for tensor in model.graph.initializer} for model in models)
    assert one
    assert one == other
    assert main(["evaluate", str(tmp_path / "archive"), str(tmp_path / "data.zip"), "--split=test"]) == 0
