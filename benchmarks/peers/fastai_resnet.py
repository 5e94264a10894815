"""fastai's usual road, a vision learner with a ResNet-18 that has learned nothing yet, and its one-cycle policy.

Source: "Deep Learning for Coders with fastai and PyTorch", chapter 4 (the same on 3s and 7s): colour pictures as they
are, batches of 64, learning rate 0.1.
"""

from __future__ import annotations

from common import options
from fastai.vision.all import DataLoaders, Learner, PILImage, accuracy, resnet18, vision_learner
from fastai_pictures import train
from torch.nn import functional


def learner(loaders: DataLoaders) -> Learner:
    """Return the learner with cross-entropy as its loss."""
    return vision_learner(loaders, resnet18, pretrained=False, loss_func=functional.cross_entropy, metrics=accuracy)


train(options(epochs=1), PILImage, 64, learner, 0.1)
