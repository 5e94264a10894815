"""What is asked of a training and the command's words are the same, there and back through the command's own parser."""

from __future__ import annotations

from dataclasses import fields
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.cli.parser import make_parser
from convscope.cli.train import options_of
from convscope.data import Dataset, Split
from convscope.formula import parse
from convscope.training import session
from convscope.training.balance import BALANCE
from convscope.training.options import DEVICES, TrainOptions, asked_words
from convscope.training.recipes import RECIPES, named


def again(options: TrainOptions) -> TrainOptions:
    """Return what the command asks for by the options' words."""
    return options_of(make_parser("train").parse_args(["train", *options.words()]))


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


folders = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
ASKED: dict[str, st.SearchStrategy[object]] = {
    "data": maybe(st.sampled_from(["mnist", "-my pets", "--resume=x", "a b/ü", "--"]) | folders),
    "arch": maybe(st.sampled_from(["lenet5", "conv(4, 3) + relu + fc"])),
    "recipe": maybe(st.sampled_from(sorted(RECIPES))),
    "epochs": maybe(st.floats(1e-3, 1e3)),
    "batch_size": maybe(st.integers(1, 4096)),
    "lr": maybe(st.floats(1e-9, 10)),
    "flips": maybe(st.sampled_from(["auto", "yes", "no"])),
    "augment": maybe(st.sampled_from(["auto", "yes", "no"])),
    "seed": maybe(st.integers(0, 2**63 - 1)),
    "balance": maybe(st.sampled_from(BALANCE)),
    "val": maybe(st.integers(0, 2**40 - 1)),
    "device": st.sampled_from(DEVICES),
    "threads": maybe(st.integers(1, 1024)),
    "size": maybe(st.integers(1, 2**15)),
    "data_root": maybe(folders),
    "label_from": maybe(st.sampled_from(["(cat|dog)", "-x", "=", ""])),
    "changes": maybe(folders),
    "group_by": maybe(st.sampled_from(["(p\\d)_", "-x"])),
    "out": maybe(folders),
    "cache": st.booleans(),
    "strict": st.booleans(),
}


OPTIONS = st.fixed_dictionaries(ASKED)


@given(OPTIONS)
@pytest.mark.medium
def test_every_word_comes_back_as_it_was_asked(asked: dict[str, object]) -> None:
    options = TrainOptions(**asked)  # type: ignore[arg-type]
    assert again(options) == options


def test_a_budget_and_a_resumed_run_come_back_too() -> None:
    options = TrainOptions("mnist", budget="99.5%", val=100)
    assert again(options) == options
    resumed = TrainOptions(resume="-my runs/one", threads=2, cache=False)
    assert again(resumed) == resumed
    assert {field.name for field in fields(TrainOptions)} == {*ASKED, "budget", "resume", "from_", "tune"}


def test_a_start_comes_back_too() -> None:
    for options in (TrainOptions("x", from_="-runs/a b", tune="all", lr=0.1), TrainOptions("x", from_="lite0")):
        assert again(options) == options


def test_train_takes_every_option_by_its_name_and_default_and_hands_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"progress", "stop", "keep_seconds"}
    parameters = signature(session.train).parameters
    defaults = {name: one.default for name, one in parameters.items() if name not in own}
    assert defaults == {field.name: field.default for field in fields(TrainOptions)}
    handed: dict[str, object] = {}
    monkeypatch.setattr(session, "TrainOptions", lambda **options: handed.update(options))
    monkeypatch.setattr(session, "train_with", lambda *_: None)
    asked = {name: object() for name in defaults}
    session.train(**asked)
    assert handed == asked


def test_what_is_not_asked_needs_no_word() -> None:
    assert TrainOptions().words() == []
    assert TrainOptions(seed=0, device="cpu").words() == ["--seed=0", "--device=cpu"]


def test_paths_and_plans_are_written_out() -> None:
    words = TrainOptions(Path("pets"), parse("conv(4, 3) + fc")).words()
    assert words == ["--arch=conv(4, 3) + fc", "--", "pets"]


def test_no_words_stand_for_an_object() -> None:
    part = Split(np.zeros((2, 1, 4, 4), np.uint8), np.array([0, 1]))
    for options in (TrainOptions(Dataset("x", part, None, ("a", "b"))), TrainOptions(recipe=named("fast"))):
        with pytest.raises(TypeError, match="no word of a command"):
            options.words()


def test_the_words_that_ask_for_the_same_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pets").mkdir()
    monkeypatch.chdir(tmp_path)
    options = TrainOptions("pets", "lenet5", epochs=2, out="runs/a", threads=3, cache=False)
    assert asked_words(options) == ("--arch=lenet5", "--epochs=2", "--", str(tmp_path / "pets"))
    assert asked_words(TrainOptions()) == ("--", "mnist")
    begun = TrainOptions(from_="pets", changes="c.csv")
    assert asked_words(begun) == (f"--from={tmp_path / 'pets'}", f"--changes={tmp_path / 'c.csv'}", "--", "mnist")
    assert asked_words(TrainOptions(from_="lite0")) == ("--from=lite0", "--", "mnist")
    assert asked_words(TrainOptions(recipe=RECIPES["fast"])) is None
