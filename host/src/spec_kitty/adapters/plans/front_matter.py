"""Owns the YAML block at the top of a work package file: its keys, their values and lines.

YAML is read as a stream of events and never built into objects: nothing recurses, no alias is
ever expanded (a few lines of them can mean gigabytes), no tag is obeyed, and each value keeps
its line. Only texts and flat lists are kept, which is all that a plan needs; deeper values
belong to keys of other tools and are passed over.
"""

from __future__ import annotations

import re

import yaml

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Loader = Any  # The C loader has no types; its events are those of the yaml package.

MAX_BLOCK_BYTES = 256 << 10
MAX_DEPTH = 32

_FENCE = "---"
_CLOSERS = ("---", "...")
_BREAKS = re.compile("[\x85\u2028\u2029]")
# What YAML 1.1 makes of a word without quotes; every other tag is read as a text.
_KINDS = {
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:int": "plain",
    "tag:yaml.org,2002:float": "plain",
    "tag:yaml.org,2002:bool": "plain",
    "tag:yaml.org,2002:timestamp": "plain",
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(Exception):
    """Says why a file has no readable front matter, and on which line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Value(Record):
    """Holds a value and its line.

    `kind` is "text", "plain" (a number, a date, a switch), "nothing", "list", "mapping" or
    "alias". `text` is the value as written unless it is one of the last three, `items` are
    the values of a list.
    """

    kind: str
    line: int
    text: str = ""
    items: tuple[Value, ...] = ()


class FrontMatter(Record):
    """Holds the top-level keys of the block, the keys that stand twice, and the text below."""

    values: dict[str, Value]
    repeated: tuple[tuple[str, int], ...]
    body: str


def read(content: bytes) -> FrontMatter:
    """Reads a work package file. Raises Malformed."""
    block, body = _split(_decode(content))
    values: dict[str, Value] = {}
    repeated = []
    for key, line, value in _pairs(block):
        if key in values:
            repeated.append((key, line))
        else:
            values[key] = value
    return FrontMatter(values, tuple(repeated), body)


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Malformed(line, "The file is not UTF-8. Save it as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _split(text: str) -> tuple[str, str]:
    """Cuts the text into the block between the fences and what follows it."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        raise Malformed(
            1, f"The file has no front matter. Begin it with a line '{_FENCE}', keys, and another."
        )
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in _CLOSERS:
            block = "\n".join(lines[1:number])
            if len(block.encode()) > MAX_BLOCK_BYTES:
                raise Malformed(1, f"The front matter is over {MAX_BLOCK_BYTES >> 10} KiB.")
            return block, "\n".join(lines[number + 1 :])
    raise Malformed(1, f"The front matter has no end. Close it with a line '{_FENCE}'.")


def _pairs(block: str) -> Iterator[tuple[str, int, Value]]:
    """Yields key, line and value of the mapping that the block must be."""
    # YAML takes these for line breaks, editors do not.
    loader = _LOADER(_BREAKS.sub(" ", block))
    try:
        if _enter(loader):
            while not loader.check_event(yaml.MappingEndEvent):
                key = _value(loader)
                yield key.text, key.line, _value(loader)
            _leave(loader)
    except yaml.YAMLError as error:
        raise _not_yaml(error, block) from None
    finally:
        loader.dispose()


def _enter(loader: Loader) -> bool:
    """Goes into the mapping of the document; False when there is nothing at all."""
    loader.get_event()
    if loader.check_event(yaml.StreamEndEvent):
        return False
    loader.get_event()
    event = loader.get_event()
    if not isinstance(event, yaml.MappingStartEvent):
        raise Malformed(_line(event), "The front matter must be lines of the form 'key: value'.")
    return True


def _leave(loader: Loader) -> None:
    for _ in (yaml.MappingEndEvent, yaml.DocumentEndEvent):
        event = loader.get_event()
    if not loader.check_event(yaml.StreamEndEvent):
        raise Malformed(_line(event), "The front matter must be one YAML document.")


def _value(loader: Loader) -> Value:
    event = loader.get_event()
    line = _line(event)
    match event:
        case yaml.ScalarEvent():
            return Value(_kind(loader, event), line, event.value)
        case yaml.AliasEvent():
            return Value("alias", line, event.anchor or "")
        case yaml.SequenceStartEvent():
            items = []
            while not loader.check_event(yaml.SequenceEndEvent):
                items.append(_item(loader))
            loader.get_event()
            return Value("list", line, "", tuple(items))
        case _:
            _skip(loader)
            return Value("mapping", line)


def _item(loader: Loader) -> Value:
    """Reads one value of a list; of a list or mapping in it only the kind is kept."""
    if loader.check_event(yaml.SequenceStartEvent):
        line = _line(loader.get_event())
        _skip(loader)
        return Value("list", line)
    return _value(loader)


def _skip(loader: Loader) -> None:
    """Reads on to the end of the list or mapping that has just begun."""
    depth = 1
    while depth:
        event = loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed(_line(event), f"This is nested deeper than {MAX_DEPTH} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _kind(loader: Loader, event: yaml.ScalarEvent) -> str:
    tag = event.tag or loader.resolve(yaml.ScalarNode, event.value, event.implicit)
    return _KINDS.get(tag, "text")


def _line(event: yaml.Event) -> int:
    """Returns the line in the file: the block begins on its second, marks count from 0."""
    return _line_of(event.start_mark)


def _line_of(mark: Any) -> int:
    line: int = 1 if mark is None else mark.line + 2
    return line


def _not_yaml(error: yaml.YAMLError, block: str) -> Malformed:
    if isinstance(error, yaml.reader.ReaderError):
        line = block.count("\n", 0, error.position) + 2
        return Malformed(line, "The front matter holds a control character. Remove it.")
    said = getattr(error, "problem", None) or "the text cannot be read"
    line = _line_of(getattr(error, "problem_mark", None))
    hint = " Put a value that holds a colon in quotes." if "mapping values" in said else ""
    return Malformed(line, f"The front matter is not YAML: {said}.{hint}")
