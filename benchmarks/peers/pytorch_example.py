"""The network and recipe of PyTorch's own MNIST example: Adadelta at 1.0, ×0.7 an epoch, batches of 64, 14 epochs.

Source: github.com/pytorch/examples, mnist/main.py (settings). Shuffled, as it is where it has a GPU.
"""

from __future__ import annotations

import torch
from common import Watch, end, options, scored
from pictures import loaders, run, scorer, to_tensor
from torch import Tensor, nn
from torch.nn import functional


def network() -> nn.Module:
    """Return conv 32, conv 64, max pool, and two linear layers of 128 and 10 units, with dropout before each."""
    convolutions = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)]
    head = [nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10), nn.LogSoftmax(1)]
    return nn.Sequential(*convolutions, *head)


def main() -> None:
    given = options(epochs=14)
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    train, test = loaders(given.pictures, given.tests, 64, lambda picture: (to_tensor(picture) - 0.1307) / 0.3081)
    net = network()
    optimizer = torch.optim.Adadelta(net.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)

    def step(image: Tensor, label: Tensor) -> None:
        optimizer.zero_grad()
        functional.nll_loss(net(image), label).backward()
        optimizer.step()

    watch, shown = Watch(), 0
    for epoch in range(given.epochs):
        shown += run(net, train, step, watch, given.steps == 1)
        scheduler.step()
        scored(watch, epoch + 1, 0, scorer(net, test))
        if given.steps == 1 or watch.spent() >= given.seconds:
            break
    end(watch, shown)


main()
