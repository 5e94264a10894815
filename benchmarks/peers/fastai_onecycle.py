"""A fastai learner with its one-cycle policy: the batch-normalised CNN of the fastai book's chapter on convolutions.

Source: "Deep Learning for Coders with fastai and PyTorch", chapter 13: five convolutions of stride 2, batches of 512,
learning rate 0.1, Adam, a DataBlock of PIL pictures.
"""

from __future__ import annotations

from common import options
from fastai.vision.all import DataLoaders, Flatten, Learner, PILImageBW, accuracy, nn
from fastai_pictures import train
from torch.nn import functional


def conv(inputs: int, outputs: int, size: int = 3, last: bool = False) -> nn.Module:
    """Return a convolution of stride 2, with ReLU and batch normalisation after it, only the latter if `last`."""
    layers = [nn.Conv2d(inputs, outputs, size, stride=2, padding=size // 2)]
    return nn.Sequential(*layers, *([] if last else [nn.ReLU()]), nn.BatchNorm2d(outputs))


def learner(loaders: DataLoaders) -> Learner:
    """Return the book's network with its loss."""
    net = nn.Sequential(conv(1, 8, 5), conv(8, 16), conv(16, 32), conv(32, 64), conv(64, 10, last=True), Flatten())
    return Learner(loaders, net, loss_func=functional.cross_entropy, metrics=accuracy)


train(options(epochs=5), PILImageBW, 512, learner, 0.1)
