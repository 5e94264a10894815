"""Which folders are splits by their names: train, val, test and the other names that data sets come with."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What the splits are called by ImageNet and torchvision (train, val), fastai and Roboflow (train, valid, test), Keras
# (train, validation), Hugging Face (also dev, eval, evaluation) and in Kaggle's data sets (Training, Test, test_set).
SPLIT_NAMES = {
    **dict.fromkeys(("train", "training", "trainset", "trainingset"), "train"),
    **dict.fromkeys(
        ("val", "valid", "validation", "dev", "valset", "validset", "validationset", "devset"), "validation"
    ),
    **dict.fromkeys(("test", "testing", "testset", "testingset", "eval", "evaluation"), "test"),
}
FILLERS = frozenset(("set", "data", "dataset", "image", "images", "img", "imgs", "pictures", "split", "labels"))
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")


def split_of(name: str) -> str | None:
    """Return the split that a folder or table of this name is by itself; None for other names.

    >>> [split_of(name) for name in ("Train", "test_set", "validation images", "test tube", "trains")]
    ['train', 'test', 'validation', None, None]
    """
    split, rest = _read(name)
    return split if not rest else None


def split_folders(names: Iterable[str]) -> dict[str, str]:
    """Return which of the folders that lie together are splits, and which split each is.

    Beside names that are splits by themselves: two or more that share what else they say, training pictures among them
    (seg_train and seg_test, train2017 and val2017), and a numbered one beside train (test1).

    >>> split_folders(["seg_train", "seg_test", "seg_pred"])
    {'seg_train': 'train', 'seg_test': 'test'}
    >>> split_folders(["bullet_train", "car"])
    {}
    """
    read = {name: _read(name) for name in names}
    alike: dict[tuple[str, ...], set[str]] = {}
    for split, rest in read.values():
        if split is not None:
            alike.setdefault(rest, set()).add(split)
    plain = "train" in alike.get((), ())

    def counts(rest: tuple[str, ...]) -> bool:
        beside_train = "train" in alike[rest] and len(alike[rest]) > 1
        return not rest or beside_train or (plain and len(rest) == 1 and rest[0].isdecimal())

    return {name: split for name, (split, rest) in read.items() if split is not None and counts(rest)}


def _read(name: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the one split that a name speaks of (None for none, or several) and its other words, fillers left out."""
    words = [word.lower() for word in WORD.findall(name)]
    splits = [SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES]
    rest = tuple(word for word in words if word not in SPLIT_NAMES and word not in FILLERS)
    return (splits[0] if len(splits) == 1 else None), rest
