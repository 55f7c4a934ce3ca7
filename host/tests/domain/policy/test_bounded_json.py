import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_kitty.domain.policy.bounded_json import MAX_DEPTH, MalformedJson, parse_json

LIMIT = 16 * 1024


def rule_of(text: str) -> str:
    with pytest.raises(MalformedJson) as caught:
        parse_json(text, LIMIT)
    return caught.value.rule


def test_ordinary_json_is_read() -> None:
    text = '{"a": [1, 2.5, -3e2, true, null, "\\u00e9\\\\\\"[{"], "b": {}}'

    assert parse_json(text, LIMIT) == {"a": [1, 2.5, -300.0, True, None, 'é\\"[{'], "b": {}}


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", "nul", '"a', "[1] [2]", "\ufeff{}"])
def test_what_is_not_json_is_refused(text: str) -> None:
    assert rule_of(text) == "not_json"


def test_the_limit_counts_bytes_not_characters() -> None:
    fits = json.dumps("é" * 100, ensure_ascii=False)

    assert parse_json(fits, 202) == "é" * 100
    with pytest.raises(MalformedJson):
        parse_json(fits, 201)


def test_nesting_is_allowed_to_its_limit_and_no_further() -> None:
    parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH, LIMIT)

    assert rule_of("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == "too_deep"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        '{"a":' * 3_000,
        "[" * 5_000 + "]" * 5_000,
        '[{"a":' * 2_000 + "1" + "}]" * 2_000,
    ],
)
def test_the_deepest_nesting_is_refused_before_it_is_parsed(text: str) -> None:
    assert rule_of(text) == "too_deep"


def test_brackets_inside_texts_are_not_nesting() -> None:
    inside = "[{" * 40 + '"\\' + "[" * 40

    assert parse_json(json.dumps([inside]), LIMIT) == [inside]


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', '{"a": 1, "\\u0061": 2}', '[{"b": {"a": 1, "a": 2}}]']
)
def test_a_key_that_comes_twice_is_refused(text: str) -> None:
    assert rule_of(text) == "duplicate_key"


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "[-1e999]"])
def test_a_number_that_is_not_finite_is_refused(text: str) -> None:
    assert rule_of(text) == "not_finite"


def test_a_number_with_thousands_of_digits_is_refused() -> None:
    assert rule_of("1" * 10_000) == "not_json"


@pytest.mark.parametrize("text", ['"\udc80"', '"\\ud800"', '{"\\udfff": 1}', '[["\\ud83d"]]'])
def test_text_that_is_not_unicode_is_refused(text: str) -> None:
    assert rule_of(text) == "not_utf8"


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert parse_json('"\\ud83d\\ude00"', LIMIT) == "😀"


@given(
    st.text(alphabet=st.characters(codec=None)) | st.text(alphabet='[]{}",:\\u0d8e1.-truefalsn ')
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_json(text, LIMIT)
    except MalformedJson as problem:
        assert problem.rule  # noqa: PT017


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text(), held, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_json_writes_is_read_the_same(value: object) -> None:
    assert parse_json(json.dumps(value), 1_000_000) == value
