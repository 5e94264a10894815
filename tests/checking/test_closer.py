"""The closer look, with the network that ships: mirrored and cropped copies, wrong labels, one of another kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from sklearn.datasets import load_digits, load_sample_image

from convscope.checking import check, closer
from convscope.checking.closer import SIDE, Enlarged, estimate_seconds
from convscope.data.dataset import Dataset, Split
from convscope.pictures import decoding
from tests.checking.made import dataset, read, split


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))


def crops(name: str, count: int, seed: int) -> list[Image.Image]:
    """Return parts of a photograph that do not overlap."""
    whole = Image.fromarray(load_sample_image(name))
    places = np.random.default_rng(seed).permutation([(x, y) for x in range(6) for y in range(4)])[:count]
    return [whole.crop((100 * x, 100 * y, 100 * x + 100, 100 * y + 100)) for x, y in places.tolist()]


@pytest.mark.medium
def test_what_pixels_do_not_show() -> None:
    flowers, houses = crops("flower.jpg", 20, 1), crops("china.jpg", 20, 2)
    copies = [ImageOps.mirror(houses[6]), houses[11].crop((7, 7, 93, 93))]
    images = read([*flowers, *houses, *copies], 64)
    labels = [0] * 20 + [1] * 20 + [1, 1]
    quick, close = (check(dataset(split(images, labels)), closer=closer) for closer in (False, True))
    alike = close.copies.alike
    assert (alike[40], alike[41]) == (26, 31)
    assert quick.copies.alike.tolist()[40:] == [40, 41]
    assert len(np.unique(alike)) >= 32  # other parts are not copies, unless there is nothing but sky in them
    assert quick.questions == ()
    assert close.groups.tolist() == close.copies.groups.tolist()
    for questioned in ("check.labels", "check.alone"):
        assert questioned not in [finding.key for finding in quick.findings]


def digits(n: int) -> tuple[np.ndarray, np.ndarray]:
    data = load_digits()
    return np.repeat(np.repeat((data.images[:n, None] * 15.9).astype(np.uint8), 3, 2), 3, 3), data.target[:n]


@pytest.mark.slow
def test_a_wrong_label_is_asked_about_and_a_stranger_named() -> None:
    images, labels = digits(240)
    china = Image.fromarray(load_sample_image("china.jpg"))
    stranger = decoding.from_image(china, decoding.DecodeOptions(images.shape[2:], 1)).pixels
    images = np.concatenate([images, stranger[None]])
    given = np.append(labels, 3)
    given[[10, 77]] = (labels[[10, 77]] + 5) % 10
    classes = tuple("0123456789")
    report = check(
        Dataset("digits", classes, Split(images[:200], given[:200]), Split(images[200:], given[200:])), closer=True
    )
    asked = {question.row: question.other for question in report.questions}
    assert asked[10] == classes[labels[10]]
    assert asked[77] == classes[labels[77]]
    assert len(asked) < 10
    found = {finding.key: finding for finding in report.findings}
    assert found["check.labels"].count == len(asked)
    assert found["check.labels"].paths[0][0].startswith("train[")
    assert found["check.alone"].paths[0] == ("test[40]",)
    assert report.to_json()["questions"][0]["row"] == report.questions[0].row
    again = check(Dataset("digits", classes, Split(images, given), None), closer=True)
    assert {question.row for question in again.questions} == set(asked)


def test_too_many_pictures_are_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels = digits(60)
    monkeypatch.setattr("convscope.checking.checks.MOST", 59)
    report = check(Dataset("digits", tuple("0123456789"), Split(images, labels), None), closer=True)
    assert [part.key for part in report.put_off] == ["check.late.closer"]


def test_pictures_are_made_larger_when_they_are_asked_for() -> None:
    rng = np.random.default_rng(0)
    grey, colour = (rng.integers(0, 256, (5, c, 30, 20), dtype=np.uint8) for c in (1, 3))
    for images in (grey, colour):
        stack = Enlarged(Dataset("made", ("a",), split(images[:3], [0] * 3), split(images[3:], [0] * 2)))
        assert (len(stack), stack.shape) == (5, (5, 3, SIDE, SIDE))
        got = stack[1:5]
        assert got.shape == (4, 3, SIDE, SIDE)
        for at, picture in enumerate(images[1:]):
            image = Image.fromarray(picture[0] if len(picture) == 1 else picture.transpose(1, 2, 0))
            np.testing.assert_array_equal(
                got[at], decoding.from_image(image, decoding.DecodeOptions((SIDE, SIDE), 3)).pixels
            )
        assert stack[9:12].shape == (0, 3, SIDE, SIDE)
    assert 120 <= estimate_seconds(10_000) <= 180
    assert closer.NETWORK == "lite0"
