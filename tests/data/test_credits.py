"""Pictures of MNIST are known by their bytes, whatever the data set is called; of others nothing is claimed."""

from __future__ import annotations

from dataclasses import replace

from convscope.data import load
from convscope.data.credits import MNIST, credit_of


def test_mnist_is_credited_by_its_pictures() -> None:
    data = load("mnist")
    assert credit_of(data.fingerprint) == credit_of(replace(data, name="digits").fingerprint) == MNIST
    assert (MNIST.authors, MNIST.licence) == ("Y. LeCun, C. Cortes, C. Burges", "CC BY-SA 3.0")


def test_other_pictures_are_not() -> None:
    data = load("mnist")
    assert credit_of(replace(data, train=data.train.head(100)).fingerprint) is None
    assert credit_of(None) is None
