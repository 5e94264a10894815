"""What a server takes on at most."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import UsageError

MOST_HELD = 512 << 20  # bytes of bodies, and of decoded pictures, in memory at once
BOUNDS = {"bytes": 1 << 30, "pictures": 65_536, "queue": 1_000_000, "seconds": 3600.0, "wait": 1000.0, "batch": 4096}


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a request: `bytes` of its body, `pictures` in it, `seconds` until it is answered. Of the server: pictures in
    the `queue`, from their arrival to their answer. Pictures are computed together, up to a `batch` of them (None: as
    many as the model's runtime is best with), or those that came within `wait` milliseconds of the first.

    Raises UsageError for what is none.
    """

    bytes: int = 32 << 20
    pictures: int = 1024
    queue: int = 4096
    seconds: float = 30.0
    wait: float = 0.0
    batch: int | None = None

    def __post_init__(self) -> None:
        for name, most in BOUNDS.items():
            value = getattr(self, name)
            if value is None:
                continue
            least = 0 if name == "wait" else 1
            if not math.isfinite(value) or not least <= value <= most:
                raise UsageError("value.whole.from.to", name=f"--{name}", low=least, high=f"{most:,.0f}", got=value)
        if self.pictures > self.queue:
            raise UsageError("serve.queue", got=f"{self.pictures:,}", expected=f"{self.queue:,}")

    def queue_of(self, shape: tuple[int, int, int]) -> int:
        """Return how many pictures of (C, H, W) may be in the queue: as many as were asked for, if they fit."""
        return max(1, min(self.queue, MOST_HELD // math.prod(shape)))
