import types
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_kitty.adapters.journal.codec import Undecodable
from spec_kitty.adapters.journal.event_codec import decode_event, encode_event
from spec_kitty.domain.events import Event, Fact
from spec_kitty.domain.record import Record

# What json can hold, and the stand-ins for bytes of file names that are not UTF-8.
TEXT = st.text(
    st.characters(codec="utf-8") | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF),
    max_size=20,
)
PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
}


def records(kind: type[Record]) -> st.SearchStrategy[Any]:
    """Generates records of a kind, with each field as its annotation has it."""
    fields = {name: values(hint) for name, hint in get_type_hints(kind).items()}
    return st.fixed_dictionaries(fields).map(lambda given: kind(**given))


def values(hint: Any) -> st.SearchStrategy[Any]:
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, types.UnionType):
        return st.one_of([values(each) for each in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=2).map(tuple)
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return records(hint)


EVENTS = records(Event)


def events_about(kind: type[Record]) -> st.SearchStrategy[Event]:
    return st.builds(lambda event, fact: event.replace(fact=fact), EVENTS, records(kind))


@pytest.mark.parametrize("kind", get_args(Fact), ids=lambda kind: kind.__name__)
def test_an_event_is_read_as_it_was_written(kind: type[Record]) -> None:
    @settings(max_examples=20, deadline=None)
    @given(events_about(kind))
    def check(event: Event) -> None:
        line = encode_event(event)
        assert decode_event(line) == event
        assert encode_event(decode_event(line)) == line
        assert b"\n" not in line

    check()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":2,"type":"NoteAdded"}',
        b'{"format":1,"type":"Unheard","fact":{}}',
        b'{"format":1,"type":"Lane","fact":{}}',
        b'{"format":1,"type":"NoteAdded","fact":{},"sequence":1}',
        b'{"format":1,"type":"NoteAdded","fact":null}',
    ],
)
def test_what_is_no_event_of_this_format_is_undecodable(line: bytes) -> None:
    with pytest.raises(Undecodable):
        decode_event(line)
