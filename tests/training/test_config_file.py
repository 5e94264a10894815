"""Options in a TOML file: what is written asks for the same again, and what is wrong is said with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from convscope.cli.main import main
from convscope.cli.parser import make_parser
from convscope.cli.train import options_of
from convscope.data import Dataset, Split
from convscope.errors import ConvscopeError, InputError, UsageError
from convscope.training.config_file import config_toml, read_config, with_config
from convscope.training.options import TrainOptions, asked_again
from tests.checking.made import texture
from tests.training.test_options import OPTIONS
from tests.training.tiny import outcome


@given(OPTIONS)
@pytest.mark.medium
def test_what_is_written_asks_for_the_same_again(
    tmp_path_factory: pytest.TempPathFactory, asked: dict[str, object]
) -> None:
    options = TrainOptions(**asked)  # type: ignore[arg-type]
    text = config_toml(options)
    assert text is not None
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_bytes(text)
    assert with_config({}, file) == asked_again(options)


def test_options_of_the_command_come_before_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('epochs = 2.5\nseed = 3\nbatch-size = 7\nrecipe = "plain"\nstrict = true\n')
    words = ["train", "mnist", "--config", str(file), "--seed", "4", "--device", "cpu"]
    asked = options_of(make_parser("train").parse_args(words))
    assert asked == TrainOptions("mnist", epochs=2.5, seed=4, batch_size=7, recipe="plain", strict=True, device="cpu")


def test_paths_are_looked_for_beside_the_file_and_names_are_names(tmp_path: Path) -> None:
    (tmp_path / "pets").mkdir()
    (tmp_path / "mnist").mkdir()
    file = tmp_path / "run.toml"
    long = "0" * 300  # than any name of a file may be
    for written, meant in (("pets", str(tmp_path / "pets")), ("mnist", "mnist"), ("nowhere", "nowhere"), (long, long)):
        file.write_text(f'data = "{written}"\n')
        assert read_config(file) == {"data": meant}


def test_folders_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = config_toml(TrainOptions("fashion-mnist", data_root="."))
    assert text is not None
    assert tomllib.loads(text.decode())["data-root"] == str(tmp_path)


def test_pictures_in_memory_have_no_file() -> None:
    split = Split(np.zeros((2, 1, 4, 4), np.uint8), np.array([0, 1]))
    assert config_toml(TrainOptions(Dataset("made", split, ("a", "b")))) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs = 1\nseed = ?", "line 2"),
        ("epoch = 5", "did you mean epochs"),
        ("epochs = [5]", "epochs: an option is a word, a number, true or false, got list"),
        ('resume = "x"', "unknown option, got resume\ntry: did you mean"),
        ("zzz = 1", "unknown option, got zzz\ntry: one of data, arch"),
        ("\xff", "no TOML file"),
        ('seed = "three"', "seed"),
        ('arch = "conv("', "never closed"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConvscopeError) as caught:
        with_config({}, file)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        read_config(tmp_path / "none.toml")


def test_the_text_is_toml_for_any_reader() -> None:
    text = config_toml(TrainOptions("mnist", label_from="(a|\\d)\n\"'", lr=1e-9))
    assert text is not None
    read = tomllib.loads(text.decode())
    assert (read["label-from"], read["lr"]) == ("(a|\\d)\n\"'", 1e-9)


def test_a_fault_of_the_files_own_options_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('data = "mnist"\nepochs = -1\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        with_config({}, file)
    assert (caught.value.where, caught.value.exit_code) == (str(file), 3)
    assert with_config({"epochs": 2.0}, file).epochs == 2.0  # what is given here comes first
    file.write_text('data = "mnist"\nepochs = 1\n', encoding="utf-8")
    with pytest.raises(UsageError) as typed:  # the command's own fault
        with_config({"epochs": -1.0}, file)
    assert str(file) not in str(typed.value)


@pytest.mark.slow
def test_what_a_run_wrote_repeats_it_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From another folder too, and by everything that the run holds; another seed ends in other weights."""
    for name in ("a", "b"):
        (tmp_path / "first" / "pets" / name).mkdir(parents=True)
        for number in range(12):
            texture(12 * ord(name) + number, 12, 12).save(tmp_path / "first" / "pets" / name / f"{number}.png")
    monkeypatch.chdir(tmp_path / "first")
    words = ["--arch", "conv(2, 3) + relu + fc", "--recipe", "plain", "--epochs", "2", "--lr", "0.03", "--seed", "5"]
    assert main(["train", "pets", *words, "--threads", "1", "--device", "cpu", "--out", "one"]) == 0
    (tmp_path / "second").mkdir()
    monkeypatch.chdir(tmp_path / "second")
    config = str(tmp_path / "first" / "one" / "config.toml")
    assert main(["train", "--config", config, "--out", "two"]) == 0
    assert main(["train", "--config", config, "--seed", "6", "--out", "three"]) == 0
    one, two, three = (outcome(path) for path in (tmp_path / "first" / "one", Path("two"), Path("three")))
    assert two == one
    assert Path("two/config.toml").read_bytes() == Path(config).read_bytes()
    assert three["weights"] != one["weights"]
