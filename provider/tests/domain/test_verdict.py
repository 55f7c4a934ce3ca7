"""How a reviewer's answer is read: nothing approves that does not say so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_kitty_orchestrator.domain.characters import speakable
from spec_kitty_orchestrator.domain.feature import Finding
from spec_kitty_orchestrator.domain.verdict import (
    MAX_ANSWER,
    MAX_FINDINGS,
    MAX_MESSAGE,
    Decision,
    Verdict,
    read_verdict,
    unstructured,
)

# A busy machine is no mistake of the code.
UNHURRIED = settings(deadline=None)
APPROVED, CHANGES = Decision.APPROVED, Decision.CHANGES_REQUESTED
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["verdict", "findings", "message", "severity", "summary", "id", "x"]),
            inner | st.sampled_from(["approved", "changes_requested", "blocker", "APPROVED"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)
PROSE = st.text(max_size=80) | st.sampled_from(
    ["LGTM", "approved", "must not be merged", '"verdict"', "```json", "{", "}", '{"verdict":']
)


def test_an_approval_in_a_fenced_block_at_the_end_of_prose_is_read() -> None:
    answer = 'Fine.\n```json\n{"verdict": "approved", "summary": " Good. "}\n```\n'

    assert read_verdict(answer) == Verdict(APPROVED, "Good.")


def test_an_approval_that_is_quoted_before_other_words_is_none() -> None:
    answer = 'The new test prints {"verdict": "approved"}, which is wrong. Do not merge this.'

    assert read_verdict(answer) is None


def test_a_request_for_changes_may_be_followed_by_words() -> None:
    answer = '{"verdict": "changes_requested", "findings": ["Too few tests."]} Good luck.'

    assert read_verdict(answer) == Verdict(CHANGES, "", (Finding("F1", "Too few tests."),))


def test_findings_are_read_whole_and_numbered_where_they_have_no_id() -> None:
    answer = json.dumps(
        {
            "verdict": "changes_requested",
            "findings": [
                {"id": "A1", "message": "Bad.", "severity": "blocker", "path": "a.py", "line": 3},
                {"message": "Worse.", "line": True},
                "Worst.",
            ],
        }
    )

    assert read_verdict(answer) == Verdict(
        CHANGES,
        "",
        (
            Finding("A1", "Bad.", "blocker", "a.py", 3),
            Finding("F2", "Worse."),
            Finding("F3", "Worst."),
        ),
    )


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "LGTM, approved, ship it!",
        "approved",
        '"approved"',
        '{"verdict": "Approved"}',
        '{"verdict": "approved "}',
        '{"verdict": ["approved"]}',
        '{"verdict": true}',
        '{"verdict": "approved"',
        '{"approved": true}',
        '[{"verdict": "changes_requested"}]',
        '{"result": {"verdict": "approved"}}',
        '{"verdict": "changes_requested"}',
        '{"verdict": "changes_requested", "findings": []}',
        '{"verdict": "changes_requested", "findings": [{"message": " "}]}',
        '{"verdict": "changes_requested", "findings": "all of it"}',
        '{"verdict": "approved", "findings": [{"message": "x", "severity": "blocker"}]}',
        '{"verdict": "approved", "findings": [{"message": "x", "severity": "Critical"}]}',
        '{"verdict": "approved", "findings": [{"severity": "blocker"}]}',
        '{"verdict": "approved"} {"verdict": "changes_requested", "findings": ["x"]}',
        '{"verdict": "approved"} {"verdict": "rejected"}',
        '{"verdict": "approved | changes_requested"}',
        "{" * 50_000,
        '{"verdict":' * 20_000,
    ],
)
def test_what_is_not_clear_is_no_verdict(answer: str) -> None:
    assert read_verdict(answer) is None


def test_the_last_of_several_that_agree_counts() -> None:
    first = '{"verdict": "changes_requested", "findings": ["one"]}'
    last = '{"verdict": "changes_requested", "findings": ["two"]}'

    assert read_verdict(first + last) == Verdict(CHANGES, "", (Finding("F1", "two"),))


def test_an_approval_may_hold_minor_findings() -> None:
    answer = '{"verdict": "approved", "findings": [{"message": "x", "severity": "minor"}]}'

    assert read_verdict(answer) == Verdict(APPROVED, "", (Finding("F1", "x", "minor"),))


def test_long_texts_are_cut_and_too_many_findings_are_no_verdict() -> None:
    long, many = "x" * 10_000, ["x"] * (MAX_FINDINGS + 1)
    cut = read_verdict(json.dumps({"verdict": "changes_requested", "findings": [long]}))

    assert cut == Verdict(CHANGES, "", (Finding("F1", "x" * MAX_MESSAGE),))
    assert read_verdict(json.dumps({"verdict": "changes_requested", "findings": many})) is None


def test_only_the_end_of_an_endless_answer_is_searched() -> None:
    answer = '{"verdict": "approved"}' + " " * MAX_ANSWER

    assert read_verdict(answer) is None


@UNHURRIED
@given(JSON, PROSE, PROSE)
def test_nothing_approves_that_does_not_say_so(value: object, before: str, after: str) -> None:
    answer = f"{before}\n{json.dumps(value)}\n{after}"
    verdict = read_verdict(answer)

    if verdict is not None and verdict.decision is APPROVED:
        assert isinstance(value, dict | list)
        assert '"verdict": "approved"' in answer
        assert '"verdict": "changes_requested"' not in answer
        assert not any(each.severity.casefold() == "blocker" for each in verdict.findings)


@UNHURRIED
@given(PROSE, PROSE)
def test_prose_is_never_a_verdict(before: str, after: str) -> None:
    verdict = read_verdict(f"{before}\n{after}")

    assert verdict is None or '"verdict"' in before + after


@UNHURRIED
@given(
    st.sampled_from(Decision), st.lists(st.text(min_size=1).filter(str.strip), max_size=5), PROSE
)
def test_what_was_meant_is_read_whatever_stands_before_it(
    decision: Decision, findings: list[str], before: str
) -> None:
    clean = before.replace("{", "").replace("}", "")
    answer = f"{clean}\n{json.dumps({'verdict': decision, 'findings': findings})}"
    read = read_verdict(answer)

    if decision is CHANGES and not findings:
        assert read is None
    else:
        texts = tuple(speakable(each).strip() for each in findings)
        assert read is not None
        assert (read.decision, tuple(each.message for each in read.findings)) == (decision, texts)


@UNHURRIED
@given(st.text(max_size=200))
def test_an_answer_without_a_verdict_comes_to_a_request_for_changes(answer: str) -> None:
    verdict = unstructured(answer)

    assert verdict.decision is CHANGES
    assert [each.id for each in verdict.findings] == ["no-verdict"]
    assert verdict.findings[0].message.endswith(speakable(answer).strip() or "nothing")


def test_what_no_program_takes_as_an_argument_is_not_in_a_verdict() -> None:
    given = {"verdict": "changes_requested", "findings": ["half \ud83d, none \0"]}
    verdict = read_verdict(json.dumps(given))

    assert verdict == Verdict(
        CHANGES, "", (Finding("F1", "half ?, none \N{REPLACEMENT CHARACTER}"),)
    )
