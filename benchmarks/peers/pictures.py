"""MNIST as a Dataset of PIL pictures, the way torchvision serves it: a picture at a time, turned into a tensor when
asked for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from common import Bytes, Watch, mnist
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset


def to_tensor(picture: Image.Image) -> Tensor:
    """Return a picture's values (1, H, W) as float32 in 0…1."""
    values = torch.from_numpy(np.array(picture, np.uint8, copy=True))
    return values.view(1, picture.height, picture.width).to(torch.float32).div(255)


class Pictures(Dataset[tuple[Tensor, int]]):
    """Pictures (N, H, W) and labels (N,) as bytes, each picture made into a PIL image and through `transform`."""

    def __init__(self, images: Bytes, labels: Bytes, transform: Callable[[Image.Image], Tensor]) -> None:
        self.images, self.transform = torch.tensor(images), transform
        self.labels = torch.tensor(labels, dtype=torch.int64)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        picture = Image.fromarray(self.images[index].numpy())
        return self.transform(picture), int(self.labels[index])


def loaders(
    pictures: int, tests: int, batch: int, transform: Callable[[Image.Image], Tensor]
) -> list[DataLoader[tuple[Tensor, int]]]:
    """Return a shuffled loader of training pictures and one of the test pictures."""
    images, labels, test_images, test_labels = mnist(pictures, tests)
    train = DataLoader(Pictures(images, labels, transform), batch_size=batch, shuffle=True)
    return [train, DataLoader(Pictures(test_images, test_labels, transform), batch_size=1000)]


def scorer(net: nn.Module, loader: DataLoader[tuple[Tensor, int]]) -> Callable[[], float]:
    """Return a function that scores `net`: the share of the loader's pictures that it names rightly."""

    def accuracy() -> float:
        net.eval()
        with torch.no_grad():
            right = torch.cat([net(x).argmax(1) == y for x, y in loader])
        net.train()
        return float(right.double().mean())

    return accuracy


def run(
    net: nn.Module,
    loader: DataLoader[tuple[Tensor, int]],
    step: Callable[[Tensor, Tensor], None],
    watch: Watch,
    once: bool,
) -> int:
    """Train for one epoch and return how many pictures it showed; for a single step if `once`."""
    shown = 0
    for image, label in loader:
        step(image, label)
        watch.stepped()
        shown += len(image)
        if once:
            break
    return shown
