"""Owns the little Markdown that the reference pages are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from spec_kitty.doors.published.shapes import Field, in_words

WRITTEN_BY = (
    "<!-- Written by `make contract` from the definitions in host/src/spec_kitty. "
    "Change them, not this page. -->\n"
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(text) for text in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def code(text: str) -> str:
    return f"`{text}`"


def json_block(value: object) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"


def field_table(fields: Sequence[Field]) -> str:
    return table(("field", "value", "meaning"), _rows(fields, ""))


def _rows(fields: Sequence[Field], prefix: str) -> Iterable[Sequence[str]]:
    """Yields a row for each field and, after it, for each field inside it."""
    for field in fields:
        name = f"{prefix}{field.name}"
        yield code(name), in_words(field), field.meaning
        if field.fields:
            yield from _rows(field.fields, f"{name}{'[]' * field.list_depth}.")


def paragraphs(*blocks: str) -> str:
    """Puts blocks below each other with an empty line between them."""
    return "\n".join(block if block.endswith("\n") else f"{block}\n" for block in blocks if block)
