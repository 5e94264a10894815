"""MNIST for fastai as its DataBlock takes it, PIL pictures one by one, and a training with its one-cycle policy,
reported.

A one-cycle schedule knows its end, so each number of epochs is a training of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from common import Options, Watch, end, mnist, scored
from fastai.vision.all import (
    Callback,
    CategoryBlock,
    DataBlock,
    DataLoaders,
    ImageBlock,
    IndexSplitter,
    Learner,
    PILBase,
    PILImageBW,
    set_seed,
    torch,
)


def train(
    given: Options, picture: type[PILBase], batch: int, learner_of: Callable[[DataLoaders], Learner], lr: float
) -> None:
    """Train the learner of those loaders for one cycle of `given.epochs`; its first metric must be the accuracy."""
    torch.set_num_threads(1)
    set_seed(given.seed)
    images, labels, test_images, test_labels = mnist(given.pictures, given.tests)
    n, every = len(images), range(len(images) + len(test_labels))

    class Budgets(Callback):
        shown = 0

        def after_batch(self) -> None:
            if self.training:
                self.shown += len(self.yb[0])
                watch.stepped()
                if given.steps == 1:
                    raise SystemExit

        def before_validate(self) -> None:
            watch.pause()

        def after_validate(self) -> None:
            watch.resume()
            scored(watch, self.epoch + 1, given.epochs, self.learn.recorder.metrics[0].value.item)

    def get_x(i: int) -> object:  # fastai casts to what is declared here
        image = images[i] if i < n else test_images[i - n]
        return image if issubclass(picture, PILImageBW) else np.stack([image] * 3, 2)  # colour, as its files are opened

    block = DataBlock(
        (ImageBlock(cls=picture), CategoryBlock),
        get_x=get_x,
        get_y=lambda i: int(labels[i] if i < n else test_labels[i - n]),
        splitter=IndexSplitter(every[n:]),
    )
    budgets = Budgets()
    learner = learner_of(block.dataloaders(every, bs=batch, num_workers=0))
    learner.add_cb(budgets)
    watch = Watch()
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(given.epochs, lr)
    end(watch, budgets.shown)
