"""Frozen values with named fields, as dataclasses make them, at a twentieth of their start-up cost.

Importing dataclasses and generating some twenty classes takes longer than the whole of `convscope describe` may
(docs/why.md, "Cold start"); type checkers see these classes as dataclasses all the same.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, dataclass_transform
else:

    def dataclass_transform(**_options):
        return lambda cls: cls


class _Signature:
    """Builds `inspect.signature` of a value class when somebody asks, for help() and notebooks."""

    def __get__(self, instance: object, cls: type[Value]) -> Any:
        from inspect import Parameter, Signature

        types = {name: kind for base in cls.__mro__ for name, kind in base.__dict__.get("__annotations__", {}).items()}

        def parameter(name: str) -> Parameter:
            default, kind = getattr(cls, name, Parameter.empty), Parameter.POSITIONAL_OR_KEYWORD
            return Parameter(name, kind, default=default, annotation=types.get(name, Parameter.empty))

        return Signature([parameter(name) for name in cls._fields])


@dataclass_transform(frozen_default=True)
class Value:
    """A base whose subclasses' annotations are their fields, in order, with class attributes as defaults.

    Equal when of one class with equal fields; hashable; setting a field raises AttributeError. A subclass checks or
    normalises itself in `_check`, where `_set` may still store.
    """

    _fields: Any = ()
    if not TYPE_CHECKING:
        __signature__ = _Signature()

        def __init_subclass__(cls) -> None:
            cls._fields = (*cls._fields, *(n for n in cls.__dict__.get("__annotations__", {}) if n[0] != "_"))

        def __init__(self, *args, **kwargs) -> None:
            cls, store = type(self), self.__dict__
            if len(args) > len(cls._fields):
                raise TypeError(f"{cls.__name__} takes {len(cls._fields)} arguments, got {len(args)}")
            for name, value in zip(cls._fields, args, strict=False):
                store[name] = value
            for name, value in kwargs.items():
                if name not in cls._fields or name in store:
                    raise TypeError(f"{cls.__name__} got an unexpected or second argument {name!r}")
                store[name] = value
            for name in cls._fields:
                if name not in store:
                    if not hasattr(cls, name):
                        raise TypeError(f"{cls.__name__} needs the argument {name!r}")
                    store[name] = getattr(cls, name)
            self._check()

    def _check(self) -> None:
        """Raise where the fields do not make sense."""

    def _set(self, name: str, value: object) -> None:
        self.__dict__[name] = value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *(self.__dict__[name] for name in self._fields)))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self._fields)
        return f"{type(self).__name__}({inner})"
