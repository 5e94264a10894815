"""The lecture's own script: its network, SGD at 0.001, batches of 16, PIL pictures through a DataLoader.

Source: the slides "Convolutional Neural Networks – Basic" (2017), MNIST example. Without the GPU they use, and with one
print every 100 batches as they have it.
"""

from __future__ import annotations

import sys

import torch
from common import Watch, end, options, scored
from pictures import loaders, run, scorer, to_tensor
from torch import Tensor, nn


class CNN(nn.Module):
    """Four convolutions of 5×5 in two groups, 16, 32, 64 and 128 filters, and one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        first = [nn.Conv2d(1, 16, 5), nn.ReLU(), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2, 2)]  # 32×10×10
        second = [nn.Conv2d(32, 64, 5), nn.ReLU(), nn.Conv2d(64, 128, 5), nn.ReLU()]  # 128×2×2
        self.layer1, self.layer2 = nn.Sequential(*first), nn.Sequential(*second)
        self.fc = nn.Linear(2 * 2 * 128, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.layer2(self.layer1(x)).flatten(1))  # type: ignore[no-any-return]


def main() -> None:
    given = options(epochs=1000)
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    train, test = loaders(given.pictures, given.tests, 16, to_tensor)
    cnn, loss_of = CNN(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(cnn.parameters(), lr=0.001)
    steps = 0

    def step(image: Tensor, label: Tensor) -> None:
        nonlocal steps
        optimizer.zero_grad()
        loss = loss_of(cnn(image), label)
        loss.backward()
        optimizer.step()
        if steps % 100 == 0:
            print(loss.item(), file=sys.stderr)
        steps += 1

    watch, shown = Watch(), 0
    for epoch in range(given.epochs):
        shown += run(cnn, train, step, watch, given.steps == 1)
        scored(watch, epoch + 1, 0, scorer(cnn, test))
        if given.steps == 1 or watch.spent() >= given.seconds:
            break
    end(watch, shown)


main()
