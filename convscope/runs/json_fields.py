"""Reading JSON that a file holds: every field by name and type, and an error that names file and field."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from ..errors import InputError, Phrase, phrase

T = TypeVar("T")
Scalar: TypeAlias = str | int | float | bool


class Fields:
    """The fields of one JSON object. `where` names the file, and the field in it, for errors.

    Every reader raises InputError for a field that is missing or of another type.

    >>> Fields({"step": 3}, "log.jsonl, line 1").integer("step")
    3
    >>> Fields({"step": True}, "log.jsonl, line 1").integer("step")
    Traceback (most recent call last):
    convscope.errors.InputError: log.jsonl, line 1: the field step is of another type, got True, expected a whole number
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise InputError("json.object", where=where, got=repr(value)[:80])
        self._values, self.where = value, where

    def raw(self, name: str) -> object:
        """Return the field's JSON value as it is."""
        if name not in self._values:
            raise InputError("field.missing", name=name, where=self.where)
        return self._values[name]

    def integer(self, name: str) -> int:
        """Return a whole number of 0 or more."""
        value = self.raw(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._mistyped(name, phrase("field.integer"))
        return value

    def number(self, name: str) -> float:
        """Return a finite number."""
        value = self.raw(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self._mistyped(name, phrase("field.number"))
        try:
            number = float(value)
        except OverflowError:  # a whole number of more than 308 digits
            number = math.inf
        if not math.isfinite(number):
            raise self._mistyped(name, phrase("field.number"))
        return number

    def text(self, name: str) -> str:
        """Return a string."""
        value = self.raw(name)
        if not isinstance(value, str):
            raise self._mistyped(name, phrase("field.string"))
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.raw(name)
        if not isinstance(value, bool):
            raise self._mistyped(name, phrase("field.flag"))
        return value

    def within(self, name: str) -> Fields:
        """Return the fields of an object."""
        return Fields(self.raw(name), f"{self.where}, {name}")

    def items(self, name: str) -> list[object]:
        """Return the items of an array as they are."""
        value = self.raw(name)
        if not isinstance(value, list):
            raise self._mistyped(name, phrase("field.array"))
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """Return an array of whole numbers of 0 or more."""
        return self._each(name, Fields.integer)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return an array of numbers."""
        return self._each(name, Fields.number)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an array of strings."""
        return self._each(name, Fields.text)

    def phrases(self, name: str) -> tuple[Phrase, ...]:
        """Return an array of sentences, each by its key and words."""
        try:
            return tuple(map(Phrase.from_json, self.items(name)))
        except InputError as error:
            raise InputError.of(error, where=f"{self.where}, {name}") from error

    def mapping(self, name: str) -> dict[str, str]:
        """Return an object whose values are strings."""
        inner = self.within(name)
        return {str(key): inner.text(key) for key in inner._values}

    def optional(self, read: Callable[[str], T], name: str) -> T | None:
        """Return what `read`, one of these readers, gives for the field; None where it is null."""
        return None if self.raw(name) is None else read(name)

    def if_there(self, read: Callable[[str], T], name: str) -> T | None:
        """Return what `optional` gives; None too where the field is missing: for files of other versions."""
        return self.optional(read, name) if name in self._values else None

    def scalars(self, name: str) -> dict[str, Scalar]:
        """Return what is text, a number or a truth value in an object, by name; the rest is left out."""
        inner = self.within(name)._values
        return {str(key): value for key, value in inner.items() if isinstance(value, (str, int, float))}

    def _each(self, name: str, read: Callable[[Fields, str], T]) -> tuple[T, ...]:
        """Return what `read` makes of each item of an array. Raises InputError for one of another type."""
        found, box = [], Fields({}, self.where)
        for number, item in enumerate(self.items(name)):
            box._values = {"item": item}
            try:
                found.append(read(box, "item"))
            except InputError as error:
                raise InputError.of(error, where=f"{self.where}, {name}[{number}]") from None
        return tuple(found)

    def _mistyped(self, name: str, expected: Phrase) -> InputError:
        got = repr(self._values[name])[:80]
        return InputError("field.type", name=name, where=self.where, got=got, expected=expected)
