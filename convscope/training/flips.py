"""Whether left and right are exchanged for half of the training pictures: as asked, or as the pictures allow."""

from __future__ import annotations

from dataclasses import dataclass

from ..baseline.mirror import MirrorTest, mirror_test
from ..data import Dataset
from ..data.credits import MNIST_FINGERPRINT
from ..data.dataset import Rows
from ..data.subset import Subset
from ..errors import Phrase, phrase
from .recipes import Recipe

# What the test finds of all of MNIST's training pictures: the half second is saved (tests hold it to the test).
MNIST = MirrorTest(seeing=0.975, blind=0.958, harm=7.681, pictures=1000, classes=10)


@dataclass(frozen=True, slots=True)
class Flips:
    """Whether pictures are flipped, and the sentence that says why."""

    on: bool
    reason: Phrase


def decide_flips(recipe: Recipe, dataset: Dataset, pictures: Subset, groups: Rows | None = None) -> Flips:
    """Return whether `pictures`, those of the data set that are trained on, are flipped; `groups` (n,) number those
    that belong together.

    A recipe's "yes" and "no" are obeyed; for "auto" the pictures are tested, and flipped only where they are known well
    enough and do not suffer.
    """
    if recipe.flips != "auto":
        on = recipe.flips == "yes"
        return Flips(on, phrase("flips.yes" if on else "flips.no"))
    known = dataset.fingerprint == MNIST_FINGERPRINT
    found = MNIST if known else mirror_test(pictures, len(dataset.classes), groups)
    seeing, blind = (f"{100 * share:.1f}" for share in (found.seeing, found.blind))
    n = f"{found.pictures:,}"
    if not found.known:
        return Flips(False, phrase("flips.unknown", seeing=seeing, n=n))
    key = "flips.harmless" if found.harmless else "flips.harm"
    return Flips(found.harmless, phrase(key, seeing=seeing, blind=blind, n=n))
