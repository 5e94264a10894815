"""MNIST from the package, Fashion-MNIST from the machine: the published bytes, and what if they are not there."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convscope import data
from convscope.data import named_datasets
from convscope.errors import EnvironmentFault, InputError
from tests.data.idx_writer import idx_bytes, tiny, write_folder

pytestmark = pytest.mark.medium


def test_mnist_is_the_published_one() -> None:
    mnist = data.load("mnist")
    assert mnist.name == "mnist"
    assert mnist.classes == tuple("0123456789")
    assert mnist.left_out == ()
    assert mnist.test is not None
    assert mnist.shape == mnist.test.shape == (1, 28, 28)
    assert mnist.train.images.shape == (60_000, 1, 28, 28)
    assert mnist.test.images.shape == (10_000, 1, 28, 28)
    assert mnist.train.images.dtype == np.uint8
    assert mnist.train.labels.dtype == np.int64
    # Counts as published, and the average grey that everybody divides by: 0.1307.
    assert np.bincount(mnist.train.labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert abs(mnist.train.images.mean() / 255 - 0.1307) < 1e-4
    assert abs(mnist.train.images.std() / 255 - 0.3081) < 1e-4
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    for split, part in ((mnist.train, "train"), (mnist.test, "t10k")):
        for array, kind in ((split.images[:, 0], "images-idx3"), (split.labels, "labels-idx1")):
            assert hashlib.sha256(idx_bytes(array)).hexdigest() == named_datasets.MNIST_SHA256[f"{part}-{kind}-ubyte"]
    assert mnist.fingerprint == replace(mnist).fingerprint  # what is written down is what the bytes come to
    assert mnist.fingerprint == "e20d3429fc7d12600c27b4c9c6723927dca2bb7392540b85bf099854d6e79621"


def test_mnist_loads_quickly_and_is_small() -> None:
    best = min(_seconds() for _ in range(3))
    assert best < 2, "seconds of CPU time; 0.3 where it was written"
    assert sum(path.stat().st_size for path in named_datasets.MNIST_FOLDER.iterdir()) < 12_000_000


def _seconds() -> float:
    start = time.process_time()
    data.mnist()
    return time.process_time() - start


def test_the_licence_is_beside_it() -> None:
    text = (named_datasets.MNIST_FOLDER / "README.md").read_text()
    assert "creativecommons.org/licenses/by-sa/3.0" in text
    assert "LeCun" in text
    assert all(f"{digest}  {name}" in text for name, digest in named_datasets.MNIST_SHA256.items())


def test_a_damaged_or_missing_file_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(named_datasets.MNIST_FOLDER, tmp_path / "mnist")
    monkeypatch.setattr(named_datasets, "MNIST_FOLDER", tmp_path / "mnist")
    labels = tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz"
    raw = bytearray(gzip.decompress(labels.read_bytes()))
    raw[-1] ^= 1  # a whole and proper IDX file with one other label
    labels.write_bytes(gzip.compress(bytes(raw)))
    with pytest.raises(EnvironmentFault) as caught:
        data.mnist()
    assert f"{labels}: not the published file: its sha256 differs" in str(caught.value)
    assert caught.value.exit_code == 4
    labels.write_bytes(labels.read_bytes()[:-100])
    with pytest.raises(EnvironmentFault, match="the compressed data ends too early"):
        data.mnist()
    labels.unlink()
    with pytest.raises(EnvironmentFault) as caught:
        data.mnist()
    message = (
        f"{labels}: cannot be read: No such file or directory\ntry: install convscope again: this file came with it"
    )
    assert str(caught.value) == message


@pytest.mark.parametrize("inside", ["", "fashion-mnist", "FashionMNIST/raw"])
def test_fashion_mnist_from_a_data_root(tmp_path: Path, inside: str) -> None:
    write_folder(tmp_path / inside, tiny(20, (28, 28), 10), tiny(10, (28, 28), 10, seed=1))
    for loaded in (
        data.fashion_mnist(tmp_path),
        data.load("fashion-mnist", data_root=tmp_path),
        data.load("Fashion_MNIST", data_root=str(tmp_path)),
    ):
        assert loaded.name == "fashion-mnist"
        assert len(loaded.train) == 20
        assert loaded.classes[0] == "T-shirt/top"
        assert loaded.classes[9] == "Ankle boot"
        assert len(loaded.classes) == 10


def test_fashion_mnist_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_datasets, "DEBIAN_FASHION", tmp_path / "none")
    with pytest.raises(EnvironmentFault) as caught:
        data.load("fashion-mnist")
    assert "try: apt-get install dataset-fashion-mnist, or data_root=DIR" in str(caught.value)
    write_folder(tmp_path / "none", tiny())
    assert data.load("fashion-mnist").name == "fashion-mnist"
    with pytest.raises(EnvironmentFault) as caught:  # a root that was asked for is not silently left for another place
        data.load("fashion-mnist", data_root=tmp_path / "root")
    assert f"{tmp_path / 'root'} or {tmp_path / 'root' / 'fashion-mnist'}" in str(caught.value)
    assert "try: put train-images-idx3-ubyte.gz" in str(caught.value)


def test_mnist_is_not_taken_for_fashion() -> None:
    with pytest.raises(InputError, match="these are MNIST's files, not Fashion-MNIST's"):
        data.fashion_mnist(named_datasets.MNIST_FOLDER)


@pytest.mark.skipif(not named_datasets.DEBIAN_FASHION.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_fashion_mnist_from_debian() -> None:
    fashion = data.load("fashion-mnist")
    assert fashion.test is not None
    assert fashion.train.images.shape == (60_000, 1, 28, 28)
    assert np.bincount(fashion.train.labels).tolist() == [6000] * 10
    assert np.bincount(fashion.test.labels).tolist() == [1000] * 10
    assert abs(fashion.train.images.mean() / 255 - 0.2860) < 1e-4  # as published
