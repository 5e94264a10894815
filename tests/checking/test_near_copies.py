"""Near copies: found among other pictures, and crowds of look-alikes are none."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.checking.components import Components
from convscope.checking.likeness import distances
from convscope.checking.near_copies import join_near_copies, stands_out
from convscope.checking.thumbnails import difference_hashes, thumbnails
from tests.checking.made import brighter, clean, halved, jpeg, read, texture

STROKE = (
    (-0.1, 0.4),
    (1, 2),
    (13.5, 14.5),
    (4, 6),
    (22, 24),
)  # slant, thickness, place, top and bottom: lowest, highest


def together(images: np.ndarray, labels: np.ndarray | None = None) -> list[int]:
    components = Components(len(images))
    classes = np.zeros(len(images), np.int64) if labels is None else labels
    join_near_copies(
        thumbnails(images), difference_hashes(images), classes, components, lambda rows: thumbnails(images[rows], 28)
    )
    return components.labels.tolist()


def strokes(n: int, seed: int = 0) -> np.ndarray:
    """Light slanted strokes on black, as handwritten ones are: uint8 (n, 1, 28, 28)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:28, :28]
    slant, thick, left, top, bottom = (rng.uniform(low, high, (n, 1, 1)) for low, high in STROKE)
    across = np.clip(thick + 0.5 - np.abs(x - left - slant * (y - 14)), 0, 1)
    along = np.clip(y - top + 0.5, 0, 1) * np.clip(bottom - y + 0.5, 0, 1)
    return (230 * across * along).astype(np.uint8)[:, None]


def test_copies_of_another_size_compression_or_brightness_are_found() -> None:
    originals = [texture(seed) for seed in range(12)]
    changed = [change(picture) for picture in originals for change in (halved, brighter, jpeg)]
    labels = np.array(together(read([*originals, *changed])))
    assert labels[:12].tolist() == list(range(12))
    assert (labels[12:] == np.repeat(np.arange(12), 3)).mean() > 0.9
    assert set(labels[12:]) == set(range(12)) | set(np.flatnonzero(labels == np.arange(48))[12:])


def test_other_pictures_are_not_copies() -> None:
    assert together(clean(60)) == list(range(60))


@pytest.mark.slow
def test_simple_pictures_in_a_crowd_are_not_copies_but_a_copy_among_them_is() -> None:
    images = strokes(1_500)
    images[1_499] = images[700] + 10 * (images[700] > 0)
    small = thumbnails(images)
    chained = Components(1_500)
    for step in range(1, 1_500, 16):  # what a distance by itself would call copies
        near = np.flatnonzero(distances(small[:-step], small[step:]) <= 1)
        chained.join(near, near + step)
    assert np.bincount(chained.labels).max() > 1_400
    labels = np.array(together(images))
    assert labels[1_499] == labels[700]
    assert np.bincount(labels).max() < 100


def test_a_pair_stands_out_where_few_are_near() -> None:
    pairs = {(0, 1): 0.5, (0, 2): 1.4, (3, 4): 0.5, (3, 5): 0.9, (3, 6): 1.2, (3, 7): 1.4, (8, 9): 1.1, (10, 11): 0.1}
    one, other = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    found = stands_out(one, other, np.array(list(pairs.values()), dtype=np.float32))
    assert dict(zip(pairs, found.tolist(), strict=True)) == {
        (0, 1): True,  # one of two within three times its distance
        (0, 2): False,  # beyond 1
        (3, 4): False,  # one of four
        (3, 5): True,  # two of four
        (3, 6): False,
        (3, 7): False,
        (8, 9): False,  # alone, but not near
        (10, 11): True,
    }


def test_pictures_of_two_classes_must_be_more_alike() -> None:
    pictures = read([texture(0), texture(0), halved(texture(0))])
    noise = np.random.default_rng(0).normal(0, 1, pictures[0].shape)
    at = [0.7, 0.4]  # distances, between which the classes decide
    small = thumbnails(pictures[:1])
    for place, wanted in enumerate(at):
        for strength in range(1, 400):
            changed = np.clip(pictures[0] + strength * noise, 0, 255).astype(np.uint8)
            if distances(small, thumbnails(changed[None]))[0] >= wanted:
                break
        pair = np.stack([pictures[0], changed])
        assert together(pair) == [0, 0]
        assert together(pair, np.array([0, 1])) == ([0, 1] if place == 0 else [0, 0])


@pytest.mark.medium
def test_many_equal_ones_are_one_also_where_nobody_knows_it_yet() -> None:
    images = np.repeat(clean(1), 500, axis=0)
    known = Components(500)
    known.join_equal([0] * 500)
    same = np.zeros(500, np.int64)
    join_near_copies(thumbnails(images), difference_hashes(images), same, known, lambda rows: thumbnails(images[rows]))
    assert not known.labels.any()
    assert together(images) == [0] * 500
