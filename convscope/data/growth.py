"""How far what is compressed may grow: one rule for archives, arrays and IDX files, by what their headers say."""

from __future__ import annotations

from ..errors import InputError, phrase
from ..machine.memory import memory_limit

LARGE, MOST_GROWTH = 64 << 20, 100  # more bytes than LARGE, and more than MOST_GROWTH for one: data that nobody has


def grows_too_far(packed: int, size: int) -> bool:
    """Tell whether `packed` bytes that unpack to `size` are made to harm rather than data."""
    return size > max(LARGE, MOST_GROWTH * packed)


def check_growth(packed: int, size: int, where: str) -> None:
    """Raise InputError for what grows too far."""
    if grows_too_far(packed, size):
        expected = phrase("value.most", n=phrase("value.bytes", n=f"{max(LARGE, MOST_GROWTH * packed):,}"))
        raise InputError("archive.growth", where=where, n=f"{size:,}", packed=f"{packed:,}", expected=expected)


def check_memory(size: int, where: str) -> None:
    """Raise InputError for arrays that would take more than half of the memory."""
    limit = memory_limit()
    if limit is not None and size > limit // 2:
        got, most = (phrase("value.bytes", n=f"{n:,}") for n in (size, limit // 2))
        raise InputError("npz.large", where=where, got=got, expected=phrase("value.most", n=most))
