"""Pictures of MNIST are known by their bytes, whatever the data set is called or made into; of others nothing is
claimed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import convscope
from convscope.data import arrays, load
from convscope.data.credits import MNIST, credit_of
from convscope.data.resize_dataset import fitted
from convscope.data.run_data import credit_of_run

SLIDES = Path(convscope.__file__).parent / "page" / "slides"  # a run on MNIST, which ships


@pytest.mark.medium
def test_mnist_is_credited_by_its_pictures() -> None:
    data = load("mnist")
    mine = arrays(data.train.images, data.train.labels, data.classes, name="digits")
    assert mine.credit is None  # another set: MNIST's test pictures are not in it, nor is it said where these are from
    whole = replace(data, name="digits", made_of=None)
    assert data.credit == whole.credit == credit_of(data.fingerprint) == MNIST
    assert (MNIST.authors, MNIST.licence) == ("Y. LeCun, C. Cortes, C. Burges", "CC BY-SA 3.0")


@pytest.mark.medium
def test_what_is_made_of_it_is_too() -> None:
    data = load("mnist")
    some = replace(data, train=data.train.head(40), test=None)
    assert (some.credit, fitted(some, 14, 3).credit) == (MNIST, MNIST)
    unnamed = replace(data, made_of=None)
    few = replace(data, train=data.train.head(40), test=None, made_of=None)
    assert few.credit is None
    assert fitted(few, 14, None).credit is None
    assert replace(unnamed, made_of=unnamed.credit, train=data.train.head(3)).credit == MNIST


def test_other_pictures_are_not() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    other = arrays(images, np.arange(20) % 10, name="mnist")
    assert other.credit is None
    assert fitted(other, 14, None).credit is None
    assert credit_of(None) is None


@pytest.mark.parametrize(
    ("name", "fingerprint", "credit"),
    [("mnist", "0" * 64, MNIST), ("MNIST", "", MNIST), ("/home/me/mnist", "0" * 64, None), (None, "0" * 64, None)],
)
def test_of_a_run_its_data_by_name_or_bytes(tmp_path: Path, name: str | None, fingerprint: str, credit: object) -> None:
    settings = json.loads((SLIDES / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "run.json").write_text(json.dumps(settings))
    assert credit_of_run(tmp_path) == MNIST
    settings["data"] |= {"name": name}
    (tmp_path / "run.json").write_text(json.dumps(settings))
    assert credit_of_run(tmp_path) == MNIST  # by its bytes
    settings["data"] |= {"fingerprint": fingerprint}
    (tmp_path / "run.json").write_text(json.dumps(settings))
    assert credit_of_run(tmp_path) == credit


def test_a_damaged_run_claims_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": "convscope-run/1", "data": 3}')
    assert credit_of_run(tmp_path) is None
    assert credit_of_run(tmp_path / "nothing") is None
