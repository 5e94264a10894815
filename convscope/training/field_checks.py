"""What a field of a recipe may hold, checked when the recipe is made."""

from __future__ import annotations

from ..errors import UsageError, phrase


def check_field(owner: object, name: str, kind: type, least: float = 0, most: float = 0, above: bool = False) -> None:
    """Check a field's type and range, and store whole numbers as float where it is one. Raises UsageError."""
    value = getattr(owner, name)
    accepted = (int, float) if kind is float else (kind,)
    good = isinstance(value, accepted) and (kind is bool or not isinstance(value, bool))
    if good and kind in (int, float):
        good = least <= value <= most and not (above and value == least)  # NaN is neither
    if not good:
        low, high = (f"{int(end):,}" if end == int(end) and end < 1e12 else f"{end:g}" for end in (least, most))
        range_ = {
            (int, False): phrase("value.range.whole", low=low, high=high),
            (float, False): phrase("value.range.number", low=low, high=high),
            (float, True): phrase("value.range.number.above", low=low, high=high),
        }
        expected = range_.get((kind, above), kind.__name__)
        raise UsageError("value.range", name=name.replace("_", " "), got=repr(value), expected=expected)
    if kind is float:
        object.__setattr__(owner, name, float(value))


def check_choice(owner: object, name: str, known: tuple[str, ...]) -> None:
    """Check that a field has one of the known values. Raises UsageError."""
    value = getattr(owner, name)
    if value not in known:
        raise UsageError("value.choice", name=name, got=repr(value), expected=" or ".join(known))
