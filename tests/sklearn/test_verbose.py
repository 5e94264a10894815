"""What `verbose` prints: nothing, how X is read and some lines, or a line an epoch."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.runs.records import EpochLine, Figures
from convscope.sklearn import ConvClassifier
from convscope.sklearn.verbose import LINES, Told, epoch

X = np.random.default_rng(0).random((80, 36))
Y = (X[:, :18].sum(1) > X[:, 18:].sum(1)).astype(int)


def printed(capsys: pytest.CaptureFixture[str], verbose: int) -> list[str]:
    ConvClassifier("fc", epochs=30, flips="no", random_state=0, verbose=verbose).fit(X, Y)
    return capsys.readouterr().out.splitlines()


@pytest.mark.medium
def test_nothing_is_printed_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, 0) == []


@pytest.mark.medium
def test_how_the_samples_are_read_is_the_first_line_and_the_end_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, 1)
    assert lines[0].startswith("samples of 36 numbers are read as pictures of 1×6×6: ")
    assert not any("inverted" in line for line in lines)  # `predict` does not
    told = [line for line in lines if line.startswith("epoch ")]
    assert LINES <= len(told) <= LINES + 2
    assert told[0].startswith("epoch 1 ")
    assert told[-1].startswith("epoch 30 ")


@pytest.mark.medium
def test_two_prints_every_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(line.startswith("epoch ") for line in printed(capsys, 2)) == 30


def test_who_asks_for_the_events_gets_no_lines_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    events: list[object] = []
    ConvClassifier("fc", epochs=2, flips="no", verbose=1, progress=events.append).fit(X, Y)
    assert capsys.readouterr().out == ""
    assert events


def test_an_epoch_is_one_line() -> None:
    line = EpochLine(8, 2.0, Figures(0.5, 1.25), Figures(0.75, 1.0), 3.21)
    assert epoch(line, 40) == "epoch 2  step 8 of 40  loss 1.2500  accuracy 50.0 %  validation 75.00 %  3.2 s"


def test_an_epoch_before_the_beginning_is_not_told() -> None:
    said: list[str] = []
    Told(2, said.append)(EpochLine(8, 2.0, Figures(0.5, 1.25), None, 3.21))
    assert said == []
