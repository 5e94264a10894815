"""A fastai learner with its one-cycle policy: the batch-normalised CNN of the fastai book's chapter on convolutions.

Source: "Deep Learning for Coders with fastai and PyTorch", chapter 13: five convolutions of stride 2, batches of 512,
learning rate 0.06 to 0.1, Adam, DataBlock with PIL pictures. A one-cycle schedule knows its end, so each number of epochs
is a training of its own; ends of epochs within a longer one are reported too.
"""

from __future__ import annotations

from common import Watch, end, mnist, options, scored
from fastai.vision.all import (
    Callback,
    CategoryBlock,
    DataBlock,
    Flatten,
    ImageBlock,
    IndexSplitter,
    Learner,
    PILImageBW,
    accuracy,
    nn,
    set_seed,
    torch,
)  # fmt: skip
from torch.nn import functional


def conv(inputs: int, outputs: int, size: int = 3, last: bool = False) -> nn.Module:
    """Return a convolution of stride 2, with ReLU and batch normalisation after it, only the latter if `last`."""
    layers = [nn.Conv2d(inputs, outputs, size, stride=2, padding=size // 2)]
    return nn.Sequential(*layers, *([] if last else [nn.ReLU()]), nn.BatchNorm2d(outputs))


def main() -> None:
    given = options(epochs=5)
    torch.set_num_threads(1)
    set_seed(given.seed)
    images, labels, test_images, test_labels = mnist(given.pictures, given.tests)
    n = len(images)

    def get_x(i: int) -> object:
        return images[i] if i < n else test_images[i - n]

    def get_y(i: int) -> int:
        return int(labels[i] if i < n else test_labels[i - n])

    class Budgets(Callback):
        def after_batch(self) -> None:
            if self.training:
                self.shown = getattr(self, "shown", 0) + len(self.xb[0])
                watch.stepped()
                if given.steps == 1:
                    raise SystemExit

        def before_validate(self) -> None:
            watch.pause()

        def after_validate(self) -> None:
            watch.resume()
            scored(watch, self.epoch + 1, given.epochs, self.learn.recorder.metrics[0].value.item)

    block = DataBlock(
        (ImageBlock(cls=PILImageBW), CategoryBlock),
        get_x=get_x,
        get_y=get_y,
        splitter=IndexSplitter(range(n, n + len(test_labels))),
    )
    loaders = block.dataloaders(range(n + len(test_labels)), bs=512, num_workers=0)
    net = nn.Sequential(conv(1, 8, 5), conv(8, 16), conv(16, 32), conv(32, 64), conv(64, 10, last=True), Flatten())
    budgets = Budgets()
    learner = Learner(loaders, net, loss_func=functional.cross_entropy, metrics=accuracy, cbs=budgets)
    watch = Watch()
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(given.epochs, 0.1)
    end(watch, budgets.shown)


main()
