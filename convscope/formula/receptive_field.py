"""Receptive fields: which pixels of the picture a unit sees.

The recurrence (Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks") gives the
field of any unit away from the borders: unit i of an axis sees pixels start + i·jump … start + i·jump + size − 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Size, jump and start in pixels of the picture, each as (rows, columns); a start below 0 lies in the padding."""

    size: Pair
    jump: Pair
    start: Pair

    def through(self, extent: Pair, stride: Pair, pad: Pair) -> ReceptiveField:
        """Return the field after a window of `extent` (K_eff), `stride` and `pad`."""
        jump = self.jump
        return ReceptiveField(
            (self.size[0] + (extent[0] - 1) * jump[0], self.size[1] + (extent[1] - 1) * jump[1]),
            (jump[0] * stride[0], jump[1] * stride[1]),
            (self.start[0] - pad[0] * jump[0], self.start[1] - pad[1] * jump[1]),
        )

    def shifted(self, by: Pair) -> ReceptiveField:
        """Return the field with its start moved by `by` units of the layer it reads."""
        start = (self.start[0] + by[0] * self.jump[0], self.start[1] + by[1] * self.jump[1])
        return ReceptiveField(self.size, self.jump, start)

    def joined(self, other: ReceptiveField) -> ReceptiveField:
        """Return the smallest field around both, for a sum of two branches or a concatenation.

        Exact where both jump alike; a body that strides and pads its way back to the same size does not, and then
        this is the field of the first unit, and the larger jump. `seen` is exact for every unit.
        """
        start = (min(self.start[0], other.start[0]), min(self.start[1], other.start[1]))
        ends = [max(a.start[i] + a.size[i] for a in (self, other)) for i in (0, 1)]
        jump = (max(self.jump[0], other.jump[0]), max(self.jump[1], other.jump[1]))
        return ReceptiveField((ends[0] - start[0], ends[1] - start[1]), jump, start)
