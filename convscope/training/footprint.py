"""What a training takes of memory and of computing at least, from shapes alone: what surely does not fit, and what no
verb would compute afterwards, is refused before anything is allocated for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import EnvironmentFault, InputError, phrase
from ..formula.demand import demand
from ..machine.memory import memory_limit
from ..prediction.predictor import MOST_MACS

if TYPE_CHECKING:
    from ..formula import Network
    from .recipes import Recipe

COPIES = 3  # of every weight: itself, its gradient and its momentum
KEPT = 0.75  # of the numbers that all layers make: autograd keeps more of them until the step ends (docs/log.md)


def weight_bytes(network: Network, recipe: Recipe) -> int:
    """Return the bytes that weights, their gradients, momentum and averages take."""
    return 4 * network.parameters * (COPIES + bool(recipe.average))


def picture_bytes(network: Network, recipe: Recipe) -> int:
    """Return the bytes that autograd keeps of one picture at least; half of them in bfloat16, also where that is not
    decided yet.
    """
    return int(KEPT * demand(network).numbers * (4 if recipe.precision == "float32" else 2))


def require_speed(network: Network) -> None:
    """Raise InputError for a network that takes more multiply-adds a picture than predicting allows."""
    macs = demand(network).macs
    if macs > MOST_MACS:
        most = phrase("value.most", n=f"{MOST_MACS:,}")
        raise InputError("model.slow", got=f"{macs:,}", expected=most, hint=phrase("training.memory.try"))


def require_memory(network: Network, recipe: Recipe, pictures: int, processes: int, device: str) -> None:
    """Raise EnvironmentFault where a step on `pictures` in all cannot fit into the memory that this process may use. Of
    a GPU's memory nothing is known here.
    """
    limit = memory_limit()
    if limit is None or device != "cpu":
        return
    weights, each = weight_bytes(network, recipe), picture_bytes(network, recipe)
    shard = -(-min(recipe.batch_size, pictures) // processes)
    needed, most = weights + shard * each, (limit - weights) // max(1, each) * processes
    if needed > limit:
        hint = phrase("training.memory.try") if most < 1 else f"--batch-size {most}"
        got, room = phrase("value.bytes", n=f"{needed:,}"), phrase("training.memory.expected", n=f"{limit:,}")
        raise EnvironmentFault("training.memory", got=got, expected=room, hint=hint)
