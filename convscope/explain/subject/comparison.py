"""Whether two networks can be compared on the same pictures."""

from __future__ import annotations

from ...errors import InputError, phrase
from .subject import Subject


def require_comparable(first: Subject, second: Subject) -> None:
    """Raise InputError unless a formula describes both, and they read one shape and know the same classes, in order."""
    for subject in (first, second):
        if subject.net is None:
            raise InputError("against.boxes", got=subject.title, hint=phrase("against.boxes.try"))
    if first.spec.shape != second.spec.shape:
        raise InputError("against.shape", got=second.spec.shape, expected=f"{first.spec.shape}")
    if first.classes != second.classes:
        raise InputError("against.classes", got=_some(second.classes), expected=_some(first.classes))


def _some(classes: tuple[str, ...]) -> str:
    """Return the names of the first classes, and how many there are."""
    shown = ", ".join(classes[:10])
    return f"{len(classes)}: {shown}" + (" …" if len(classes) > 10 else "")
