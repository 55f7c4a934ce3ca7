"""Owns what a value of the domain is: an immutable record with named fields.

A command of the contract door spends most of its time starting up, and importing
`dataclasses` or `typing` alone would cost more than its budget leaves (see
docs/adr/0003-hand-dispatched-door.md). This is the small part of them that the domain uses.
It does not validate: values are checked where they enter, at the doors.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, dataclass_transform

    @dataclass_transform(frozen_default=True)
    class _RecordType(type):
        pass

else:

    class _RecordType(type):
        def __new__(mcs, name, bases, namespace):
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace.pop(field) for field in fields if field in namespace}
            namespace["__slots__"] = fields
            namespace["__match_args__"] = fields
            namespace["_defaults"] = defaults
            return super().__new__(mcs, name, bases, namespace)


class Record(metaclass=_RecordType):
    """Gives a subclass its constructor, equality, hash and text from its annotations."""

    if TYPE_CHECKING:
        __match_args__: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[dict[str, Any]]

    else:

        def __init__(self, *values, **named):
            fields = self.__match_args__
            if len(values) > len(fields):
                raise TypeError(f"{type(self).__name__} takes {len(fields)} values")
            put = object.__setattr__
            for field, value in zip(fields, values, strict=False):
                put(self, field, value)
            for field in fields[len(values) :]:
                if field in named:
                    put(self, field, named.pop(field))
                elif field in self._defaults:
                    put(self, field, self._defaults[field])
                else:
                    raise TypeError(f"{type(self).__name__} needs {field}")
            if named:
                raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(named))}")

        def __setattr__(self, name, value):
            raise AttributeError(f"{type(self).__name__} is immutable")

        __delattr__ = __setattr__

    def replace(self, **changes: "Any") -> "Self":
        """Returns a copy in which the named fields have other values."""
        copy = object.__new__(type(self))
        put = object.__setattr__
        for field in self.__match_args__:
            put(copy, field, getattr(self, field))
        for field, value in changes.items():
            put(copy, field, value)
        return copy

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, f) == getattr(other, f) for f in self.__match_args__)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, f) for f in self.__match_args__)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{f}={getattr(self, f)!r}" for f in self.__match_args__)
        return f"{type(self).__name__}({shown})"
