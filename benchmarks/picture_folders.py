"""Folders of pictures that are made from packages, for benchmarks.pictures: nothing of them comes along.

stamps: tuxpaint-stamps-default (Debian, GPL-2), the topics with ten pictures and more. digits: scikit-learn's, 8×8
pixels. elpv: the wheel elpv-dataset (CC BY-NC-SA 4.0), solar cells that work and those that are more likely than not to
have a fault.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

STAMPS = Path("/usr/share/tuxpaint/stamps")
TOPICS = ("animals/mammals", "animals/birds", "animals/insects", "animals/fish", "food/fruit", "food/vegetables")
TOPICS += ("plants/flowers", "town/houses", "symbols/money", "household/tools", "seasonal/christmas")
FAULTY = 0.5  # the probability of a fault, 0, ⅓, ⅔ or 1, from which a cell is called defective


def stamps(place: Path) -> None:
    """Copy 316 stamps into 11 class folders, all that lies below each topic."""
    for topic in TOPICS:
        for picture in sorted((STAMPS / topic).rglob("*.png")):
            _copy(picture, place / Path(topic).name / "-".join(picture.relative_to(STAMPS / topic).parts))


def digits(place: Path) -> None:
    """Write 1,797 digits of 8×8 pixels, their 17 levels spread to 0…255."""
    from PIL import Image
    from sklearn.datasets import load_digits

    given = load_digits()
    for number, (levels, label) in enumerate(zip(given.images, given.target, strict=True)):
        picture = place / str(label) / f"{number:04}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((levels * 255 / 16).round().astype("uint8")).save(picture)


def elpv(place: Path) -> None:
    """Copy 2,624 solar cells, 1,803 functional and 821 defective."""
    found = importlib.util.find_spec("elpv_dataset")
    if found is None or found.origin is None:
        raise SystemExit("elpv: pip install elpv-dataset")
    data = Path(found.origin).parent / "data"
    for line in (data / "labels.csv").read_text().splitlines():
        name, probability, _ = line.split()
        _copy(data / name, place / ("defective" if float(probability) >= FAULTY else "functional") / Path(name).name)


MADE: dict[str, Callable[[Path], None]] = {"stamps": stamps, "digits": digits, "elpv": elpv}


def _copy(picture: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(picture, to)
