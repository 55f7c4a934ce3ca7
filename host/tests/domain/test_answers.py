from collections.abc import Iterator

import pytest

from domain.features import AT, HOLDER, PLANNED, SLUG, WP
from spec_kitty.domain.answers import CHUNK_ANSWERS, KEPT_ANSWERS, find_answer, remember
from spec_kitty.domain.events import Event, NoteAdded
from spec_kitty.domain.feature import Answer, Feature
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.replay import replay


def answer(number: int) -> Answer:
    return Answer(f"key-{number}", f"digest-{number}", "{}")


def growing(count: int) -> Iterator[Feature]:
    """Yields the feature after each of so many calls with a key."""
    feature = PLANNED
    for number in range(count):
        fact = NoteAdded(WP, "Seen.", f"hist-{number}")
        event = Event(number + 1, AT, HOLDER, fact, answer=answer(number))
        feature = replay(feature, SLUG, event)
        yield feature


def kept(feature: Feature) -> list[Answer]:
    return [each for number in sorted(feature.answers) for each in feature.answers[number]]


FEW = list(growing(3))[-1]


def test_a_key_that_was_never_used_has_no_answer() -> None:
    assert find_answer(FEW, "key-3", "digest-3") is None
    assert find_answer(PLANNED, "key-0", "digest-0") is None


def test_the_same_call_gets_the_same_answer() -> None:
    found = [find_answer(FEW, f"key-{n}", f"digest-{n}") for n in range(3)]

    assert found == [answer(0), answer(1), answer(2)]


def test_a_key_with_other_arguments_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        find_answer(FEW, "key-1", "digest-2")

    assert caught.value.code is ErrorCode.IDEMPOTENCY_KEY_REUSED
    assert caught.value.facts == {"idempotency_key": "key-1"}


def test_the_last_thousand_answers_are_kept_wherever_a_chunk_ends() -> None:
    calls = KEPT_ANSWERS + 3 * CHUNK_ANSWERS
    for made, feature in enumerate(growing(calls), start=1):
        # A look at every state would take longer than the rest of these tests.
        if made >= calls - CHUNK_ANSWERS:
            last = [answer(number) for number in range(made - KEPT_ANSWERS, made)]
            assert kept(feature)[-KEPT_ANSWERS:] == last
            assert len(kept(feature)) <= KEPT_ANSWERS + CHUNK_ANSWERS
            assert feature.answer_count == made


def test_an_event_changes_one_chunk_and_drops_old_ones_whole() -> None:
    before: Feature = PLANNED
    for feature in growing(KEPT_ANSWERS + 2 * CHUNK_ANSWERS):
        changed = {
            number
            for number, chunk in feature.answers.items()
            if before.answers.get(number) is not chunk
        }
        assert changed == {before.answer_count // CHUNK_ANSWERS}
        others = {len(chunk) for n, chunk in feature.answers.items() if n not in changed}
        assert others <= {CHUNK_ANSWERS}
        before = feature


def test_a_key_that_was_forgotten_is_new_again() -> None:
    *_, feature = growing(KEPT_ANSWERS + 2 * CHUNK_ANSWERS)

    assert find_answer(feature, "key-0", "other arguments") is None


def test_a_call_without_a_key_is_not_remembered() -> None:
    assert remember(FEW, None) == {}
