"""A bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import doctest
import io
from dataclasses import replace
from typing import Any

import pytest

from convscope.cli import progress as module
from convscope.cli.progress import Bar, Progress, progress
from convscope.errors import phrase
from convscope.pictures.input_spec import InputSpec
from convscope.runs.records import DataSource, EpochLine, Figures, ResultLine, StepLine
from convscope.training.events import BeginLine, Event, NoteLine
from convscope.training.recipes import Recipe
from convscope.training.settings import RunSettings
from convscope.transfer.start import Start


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def begin(step: int = 0, train: int = 1000, **recipe: Any) -> BeginLine:
    """The first line of a run of 100 steps, in batches of 100 pictures unless `recipe` says otherwise."""
    how = {"name": "fast", "batch_size": 100, "log_every": 10, "precision": "bfloat16"} | recipe
    settings = RunSettings(
        formula="fc",
        plan=None,
        recipe=Recipe(plan="", general_plan="", epochs=10.0, lr=0.1, **how),
        seed=0,
        epochs=10.0,
        steps=100,
        rounds=(100,),
        target=None,
        budget=None,
        data=DataSource("mnist", None, None, "mnist", "", (1, 28, 28), train, 0, 0),
        classes=("a", "b"),
        input=InputSpec((1, 28, 28)),
        device="cpu",
        threads=1,
        processor="",
        versions={},
        processes=1,
        launch=None,
        understood=(phrase("note.split.empty", names="a, b"),),
        planned_seconds=12.0,
    )
    return BeginLine("runs/x", step, 1234, settings)


def step(number: int, seconds: float) -> StepLine:
    return StepLine(number, number / 10, 0.5, 0.25, 0.875, 0.1, seconds)


def shown(*lines: Event, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    with progress(stream) as show:
        for line in lines:
            show(line)
            if isinstance(show, Bar):
                show._bar.refresh()
    return stream.getvalue()


def test_plain_lines() -> None:
    text = shown(begin(), step(1, 2.0), step(61, 8.0), NoteLine(phrase("hm")))
    assert text.splitlines() == [
        "a, b: no pictures in it",
        "about 12 s on cpu (threads: 1, bfloat16)",
        "run runs/x",
        # 60 steps in 6 s, the first one aside
        "step 61 of 100  4 s left  loss 0.5000  accuracy  87.5 %  1,000 pictures/s",
        "note: hm",
    ]


def test_an_accuracy_that_is_asked_for_takes_at_least_its_first_round() -> None:
    line = begin()
    line = replace(line, settings=replace(line.settings, target=0.995, rounds=(10, 30)))
    assert shown(line).splitlines()[1] == "at least 12 s on cpu (threads: 1, bfloat16), until 99.5 % is reached"


def test_plain_lines_are_five_seconds_apart_but_for_the_last() -> None:
    lines = [step(i, i / 4) for i in range(1, 101)]
    text = shown(begin(), *lines, EpochLine(100, 10.0, Figures(0.9, 0.4), None, 25.0))
    seconds = [int(line.split()[1]) / 4 for line in text.splitlines()[3:]]
    assert seconds == [5.25, 10.25, 15.25, 20.25, 25.0]


def test_two_hundred_epochs_of_a_small_folder_are_one_line() -> None:
    lines: list[Event] = []
    for i in range(1, 101):
        lines += [step(i, i / 50), EpochLine(i, float(i), Figures(0.9, 0.4), Figures(i / 100, 0.1), i / 50)]
    text = shown(begin(batch_size=1000), *lines)
    assert text.splitlines()[3:] == [
        "step 100 of 100  loss 0.5000  accuracy  87.5 %  validation 100.00 %  50,000 pictures/s"
    ]


def test_pictures_are_counted_not_batches() -> None:
    text = shown(begin(batch_size=128, train=2), step(1, 1.0), step(51, 6.5))
    assert text.splitlines()[-1].endswith("  18 pictures/s")  # 100 pictures in 5.5 s


def test_a_resumed_run_says_so_and_counts_its_own_speed() -> None:
    text = shown(begin(step=50), step(51, 100.0), step(101 - 40, 106.0))
    assert text.splitlines()[:2] == ["a, b: no pictures in it", "resuming runs/x at step 50 of 100"]
    assert text.splitlines()[-1] == "step 61 of 100  23 s left  loss 0.5000  accuracy  87.5 %  167 pictures/s"


def test_slides_shows_the_batch_loss_at_each_hundredth_step_of_an_epoch() -> None:
    lines = [step(i, i / 10) for i in (1, 11, 16, 17, 27)]
    text = shown(begin(name="slides", batch_size=63, partial_batches=True), *lines)  # 16 batches an epoch
    assert text.splitlines()[3:] == [f"epoch {e}  step {i}  loss 0.2500" for e, i in ((1, 0), (1, 10), (2, 0), (2, 10))]


def test_a_fitted_layer_is_one_line_without_steps_speed_or_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    line = begin(name="head")
    settings = replace(line.settings, start=Start("lite0", "", "head"), steps=1, rounds=(1,), planned_seconds=None)
    epoch = EpochLine(1, 1.0, Figures(0.9, 0.41), Figures(0.8765, 0.5), 1.24)
    lines = (replace(line, settings=settings), step(1, 1.24), epoch)
    fitted = "linear layer fitted in 1.2 s  loss 0.4100  accuracy 90.0 %  validation 87.65 %"
    assert shown(*lines).splitlines()[1:] == ["on cpu (threads: 1, bfloat16)", "run runs/x", fitted]
    assert "validation" not in shown(*lines[:2], replace(epoch, validation=None))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(*lines, stream=Terminal())
    assert fitted in text
    assert "pictures/s" not in text


def test_the_last_validation_is_shown() -> None:
    epoch = EpochLine(15, 1.5, Figures(0.9, 0.4), Figures(0.9876, 0.05), 2.0)
    text = shown(begin(), step(15, 2.0), epoch, step(65, 7.0))
    figures = "loss 0.5000  accuracy  87.5 %  validation 98.76 %  1,000 pictures/s"
    assert text.splitlines()[3:] == [f"step 65 of 100  4 s left  {figures}"]
    assert shown(begin(name="slides"), epoch).splitlines()[3:] == ["epoch 1.5  validation accuracy 98.76 %"]


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = shown(
        begin(), step(1, 1.0), step(61, 7.0), step(100, 9.0), ResultLine(100, None, None, 9.0, 1.0), stream=Terminal()
    )
    for words in ("run runs/x", "61 %", "4 s left  loss 0.5000  accuracy  87.5 %  1,000 pictures/s", "measuring"):
        assert words in text
    assert "\x1b[38;5;" in text or "\x1b[3" in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(begin(), step(61, 7.0), stream=Terminal())
    assert "61 %" in text
    assert not any(f"\x1b[{code}" in text for code in ("3", "9", "4", "1;3"))


def test_names_are_text_not_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "[red]x[/red] [/]" in shown(begin(), NoteLine(phrase("[red]x[/red] [/]")), stream=Terminal())


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert type(progress(Terminal())) is Progress
    monkeypatch.setenv("TERM", "xterm")
    assert type(progress(Terminal())) is Bar
    assert type(progress(io.StringIO())) is Progress


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0
