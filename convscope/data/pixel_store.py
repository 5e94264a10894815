"""Where the pixels of many pictures are kept: in memory, or in a nameless file that the system pages in and out.

A file is taken where the pixels would need more than a quarter of the memory that this process may use: reading and
training then go on in constant memory, at the speed of the disk.
"""

from __future__ import annotations

import tempfile

import numpy as np
from numpy.typing import NDArray

from ..errors import EnvironmentFault, phrase, system_reason
from ..machine.memory import memory_limit

SHARE = 4  # one in so many of the memory


def allocate(shape: tuple[int, ...], folder: str | None = None) -> NDArray[np.uint8]:
    """Return a writable uint8 array of `shape`, its content undefined; a large one is a mapped file in `folder` (None:
    the system's place for temporary files), gone with the process.

    Raises EnvironmentFault where the disk has no room for it.
    """
    size = int(np.prod(shape, dtype=np.int64))
    limit = memory_limit()
    if limit is None or size <= limit // SHARE:
        return np.empty(shape, np.uint8)
    try:
        with tempfile.TemporaryFile(dir=folder, prefix="convscope-") as file:
            file.truncate(size)
            return np.memmap(file, np.uint8, "r+", shape=shape)
    except OSError as error:
        reason = system_reason(error)
        hint = phrase("pixels.room.try", n=f"{size / 2**30:.1f}")
        raise EnvironmentFault("pixels.room", reason=reason, where=tempfile.gettempdir(), hint=hint) from None
