"""Owns how the fields of an answer are described: a name, a kind, a meaning, and what is inside.

A kind is a word of KINDS. With `[]` after it the value is a list (of lists, if twice), with `?`
it may be null.
"""

from __future__ import annotations

from spec_kitty.domain.lanes import LANE_WORDS
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Schema = dict[str, Any]

OBJECT_ID = "^([0-9a-f]{40}|[0-9a-f]{64})$"

# What a kind is in words, and as JSON Schema.
KINDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "text": ("text", {"type": "string"}),
    "path": ("absolute path", {"type": "string"}),
    "branch": ("branch name", {"type": "string"}),
    "commit": ("object id", {"type": "string", "pattern": OBJECT_ID}),
    "cursor": ("cursor", {"type": "string", "pattern": OBJECT_ID}),
    "time": ("time", {"type": "string", "format": "date-time"}),
    "lane": ("lane", {"enum": list(LANE_WORDS)}),
    "wp": ("WP id", {"type": "string", "pattern": "^WP[0-9]{2,6}$"}),
    "count": ("count", {"type": "integer", "minimum": 0}),
    "number": ("number", {"type": "integer"}),
    "switch": ("true or false", {"type": "boolean"}),
    "object": ("object", {"type": "object"}),
}


class Field(Record):
    """Is one field of an object; `always` says that it is never left out."""

    name: str
    kind: str
    meaning: str
    fields: tuple[Field, ...] = ()
    always: bool = True

    @property
    def list_depth(self) -> int:
        """Returns how many lists lie in each other around one value."""
        return self.kind.count("[]")

    @property
    def is_nullable(self) -> bool:
        return self.kind.endswith("?")

    @property
    def word(self) -> str:
        """Returns the kind without its marks."""
        return self.kind.removesuffix("?").replace("[]", "")


def in_words(field: Field) -> str:
    """Returns the kind as people read it."""
    word = KINDS[field.word][0]
    if field.list_depth:
        word = f"list of {'lists of ' * (field.list_depth - 1)}{word}s"
    if field.is_nullable:
        word = f"{word} or null"
    return word if field.always else f"{word}, or absent"


def schema_of(field: Field) -> Schema:
    """Returns the JSON Schema of one value."""
    value = object_schema(field.fields) if field.fields else dict(KINDS[field.word][1])
    for _ in range(field.list_depth):
        value = {"type": "array", "items": value}
    if field.is_nullable:
        value = {"anyOf": [value, {"type": "null"}]}
    return {"description": field.meaning, **value}


def object_schema(fields: tuple[Field, ...]) -> Schema:
    """Returns the JSON Schema of an object that may get more fields in a later version."""
    return {
        "type": "object",
        "required": [field.name for field in fields if field.always],
        "properties": {field.name: schema_of(field) for field in fields},
    }
