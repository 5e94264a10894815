"""The data sets known by name: MNIST, which ships with the package, and Fashion-MNIST, looked for on the machine."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import EnvironmentFault, InputError, phrase
from .credits import MNIST, MNIST_FINGERPRINT
from .dataset import Dataset
from .idx_files import has_idx, idx, read_pair

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")

MNIST_FOLDER = Path(__file__).parent / "mnist"
MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
CENTRED = ("mnist",)  # of the known data sets, those whose facts say that they are: known without loading them
DEBIAN_FASHION = Path("/usr/share/datasets/fashion-mnist")


def mnist() -> Dataset:
    """Load MNIST from the package: 60,000 training and 10,000 test pictures, uint8 (N, 1, 28, 28), classes "0" … "9".

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, 1998.
    Raises EnvironmentFault if a file of the package is missing or not the published one, byte for byte.
    """
    pairs = [
        [MNIST_FOLDER / f"{part}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]
        for part in ("train", "t10k")
    ]
    try:
        with ThreadPoolExecutor(2) as pool:  # zlib releases the GIL
            train, test = pool.map(lambda pair: read_pair(pair[0], pair[1], MNIST_SHA256), pairs)
    except InputError as error:
        raise EnvironmentFault.of(error, hint=phrase("mnist.install.try")) from None
    dataset = Dataset("mnist", DIGITS, train, test, made_of=MNIST)
    vars(dataset)["fingerprint"] = MNIST_FINGERPRINT  # all bytes were hashed and compared just now: not a second time
    return dataset


def fashion_mnist(root: str | os.PathLike[str] | None = None) -> Dataset:
    """Load Fashion-MNIST: as MNIST in all but the pictures, which are of ten kinds of clothes.

    Its IDX files are looked for in `root`, root/fashion-mnist and root/FashionMNIST/raw; without `root` where
    Debian's package dataset-fashion-mnist puts them. Source: H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747.
    Raises EnvironmentFault if they are not there, InputError if they are damaged, or MNIST's (which bear the same
    names).
    """
    if root is None:
        places = [DEBIAN_FASHION]
        hint = phrase("fashion.package.try")
    else:
        places = [Path(root), Path(root) / "fashion-mnist", Path(root) / "FashionMNIST" / "raw"]
        hint = phrase("fashion.files.try")
    for place in places:
        if has_idx(place):
            data = idx(place, CLOTHES, name="fashion-mnist")
            _check_not_mnist(data, place)
            return data
    raise EnvironmentFault("fashion.missing", where=" or ".join(map(str, places)), hint=hint)


def _check_not_mnist(data: Dataset, place: Path) -> None:
    """Raise InputError if the training labels are MNIST's: digits would be called trousers."""
    raw = b"\0\0\x08\x01" + len(data.train).to_bytes(4, "big") + data.train.labels.astype("u1").tobytes()
    if hashlib.sha256(raw).hexdigest() == MNIST_SHA256["train-labels-idx1-ubyte"]:
        raise InputError("fashion.mnist", where=str(place), hint=phrase("fashion.mnist.try", place=place))
