"""Owns reading JSON that a stranger wrote: bounded in size and depth, and without surprises.

It knows nothing of what the JSON says. Whoever calls it turns `MalformedJson` into a refusal.
"""

from __future__ import annotations

import json

MAX_DEPTH = 16


class MalformedJson(Exception):
    """Says by which rule the text is not JSON that we read; never quotes the text."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason


def parse_json(text: str, max_bytes: int) -> object:
    """Returns what the text says; raises `MalformedJson` and nothing else."""
    _check_encoding(text, max_bytes)
    if _depth(text) > MAX_DEPTH:
        raise MalformedJson("too_deep", f"is nested more than {MAX_DEPTH} levels deep")
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except ValueError:  # also a number of more digits than Python reads
        raise MalformedJson("not_json", "is not valid JSON") from None
    if _has_surrogate(value):
        raise MalformedJson("not_utf8", "holds half a surrogate pair, which is not a character")
    return value


def _check_encoding(text: str, max_bytes: int) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise MalformedJson("not_utf8", "is not valid UTF-8") from None
    if size > max_bytes:
        raise MalformedJson("too_large", f"is larger than {max_bytes} bytes")


def _depth(text: str) -> int:
    """Returns how deep brackets nest, looked at before the parser recurses into them."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif in_string:
            escaped = character == "\\"
            in_string = character != '"'
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedJson("duplicate_key", "has the same key twice in one object")
    return found


def _refuse_constant(name: str) -> object:
    raise MalformedJson("not_finite", f"holds {name}, which JSON does not have")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise MalformedJson("not_finite", "holds a number that is too large")
    return number


def _has_surrogate(value: object) -> bool:
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(_has_surrogate(key) or _has_surrogate(held) for key, held in value.items())
    return isinstance(value, list) and any(_has_surrogate(held) for held in value)
