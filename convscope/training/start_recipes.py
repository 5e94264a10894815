"""How a network that was trained already is trained on: its new head alone, or everything, gently."""

from __future__ import annotations

from dataclasses import replace

from .recipes import Augmentation, Recipe

LEFT_OUT = 1_500  # training pictures at most without each fifth of which a head is fitted once more

HEAD = Recipe(
    name="head",
    about="a linear layer on frozen features, fitted to its optimum: one step over all pictures",
    plan="general",
    general_plan="general",
    epochs=1.0,
    batch_size=1_000_000,
    lr=1.0,
    flips="no",  # features are taken of the pictures as they are
)

TUNED = Recipe(
    name="tune",
    about="everything that a trained network has, in small steps, after its new head was fitted",
    plan="general",
    general_plan="general",
    epochs=4.0,
    batch_size=32,
    lr=0.005,
    momentum=0.9,
    nesterov=True,
    weight_decay=1e-4,
    warmup=0.2,
    final=0.0,
    label_smoothing=0.1,
    augmentation=Augmentation(shift=2),
    general_augmentation=Augmentation(shift=2),
    flips="auto",
    precision="auto",
)


def leaves_out(recipe: Recipe, pictures: int) -> bool:
    """Whether training pictures tell how sure a network is, each by a fit that left it out: a head's, where they are
    few enough to fit it five times more.
    """
    return recipe.name == HEAD.name and pictures <= LEFT_OUT


# A new head is at its optimum for the statistics that the network has, and sure of its training pictures: a batch's own
# statistics and soft targets would take it away from there (docs/log.md).
AFTER_HEAD = replace(TUNED, lr=0.0005, label_smoothing=0.0, frozen_statistics=True)
