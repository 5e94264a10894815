"""Many pictures at once: an array, or what gives an array of those that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # numpy is imported when a picture is read: asking for help must not wait for it
    import numpy as np
    from numpy.typing import NDArray


class Stack(Protocol):
    """Pictures uint8 (N, C, H, W). An array is one; others copy nothing before they are asked."""

    def __len__(self) -> int: ...

    @property
    def shape(self) -> tuple[Any, ...]: ...

    def __getitem__(self, which: Any, /) -> NDArray[np.uint8]:
        """Return the pictures at a slice or at row numbers, or the one at a row number."""
