"""Owns how a record is written as one line of JSON, and read back.

The fields of the records are the format: there is no second list of them. What is not there
takes the field's default, so that older logs stay readable; what is not known here is an error,
as a newer version meant something by it.
"""

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache

from spec_kitty_orchestrator.domain.run.records import Record

TYPE = "type"

_RECORDS: Mapping[str, type] = {each.__name__: each for each in typing.get_args(Record)}


class UnreadableRecord(Exception):
    """A line is no record; the message ends a sentence that says where it stands."""


def write_record(record: Record) -> str:
    """Returns a record as one line of ASCII, without its end."""
    return json.dumps(as_data(record), separators=(",", ":"))


def as_data(record: Record) -> dict[str, object]:
    """Returns a record as what JSON can hold, with its type first."""
    return {TYPE: type(record).__name__, **_fields(record)}


def read_record(line: str | bytes) -> Record:
    """Returns the record of a line. Raises UnreadableRecord."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableRecord("is no JSON") from None
    if not isinstance(given, dict) or not isinstance(given.get(TYPE), str):
        raise UnreadableRecord("is no record")
    name = given.pop(TYPE)
    if name not in _RECORDS:
        raise UnreadableRecord(f"holds a record '{name}', {_NEWER}")
    record: Record = _value(given, _RECORDS[name], name)
    return record


_NEWER = "which this version does not know: go on with the version that wrote it"


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return _fields(value) if is_dataclass(value) else value


def _fields(value: typing.Any) -> dict[str, object]:
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


@cache
def _types(of: type) -> dict[str, tuple[Field[typing.Any], object]]:
    """Returns the fields of a dataclass by name, each with its type."""
    hints = typing.get_type_hints(of)
    return {each.name: (each, hints[each.name]) for each in fields(of)}


def _value(given: object, wanted: typing.Any, where: str) -> typing.Any:
    """Returns the value of a type that was written so. Raises UnreadableRecord."""
    if typing.get_origin(wanted) is types.UnionType:
        if given is None:
            return None
        (wanted,) = (each for each in typing.get_args(wanted) if each is not types.NoneType)
    if typing.get_origin(wanted) is tuple and isinstance(given, list):
        return tuple(_value(each, typing.get_args(wanted)[0], where) for each in given)
    if is_dataclass(wanted) and isinstance(wanted, type) and isinstance(given, dict):
        return _whole(given, wanted, where)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum) and isinstance(given, str):
        if given not in list(wanted):
            raise UnreadableRecord(f"has '{given}' in {where}, {_NEWER}")
        return wanted(given)
    if wanted is float and type(given) is int:
        return float(given)
    if type(given) is not wanted:
        raise UnreadableRecord(f"has something else than it should in {where}")
    return given


def _whole(given: Mapping[str, object], wanted: type, where: str) -> typing.Any:
    known = _types(wanted)
    for name in given:
        if name not in known:
            raise UnreadableRecord(f"has '{name}' in {where}, {_NEWER}")
    for name, (field, _) in known.items():
        if name not in given and field.default is field.default_factory is MISSING:
            raise UnreadableRecord(f"has no '{name}' in {where}")
    values = {name: _value(each, known[name][1], f"{where}.{name}") for name, each in given.items()}
    return wanted(**values)
