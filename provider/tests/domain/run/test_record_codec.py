from __future__ import annotations

import json

import pytest

from spec_kitty_orchestrator.domain.agents import Role, Usage
from spec_kitty_orchestrator.domain.feature import Finding
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.record_codec import (
    UnreadableRecord,
    read_record,
    write_record,
)
from spec_kitty_orchestrator.domain.run.records import (
    AttemptEnded,
    AttemptReported,
    AttemptStarted,
    Ended,
    Record,
    RunEnded,
    RunStarted,
    Step,
    StepDone,
    StepIntended,
    StepRefused,
)
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict

VERDICT = Verdict(
    Decision.CHANGES_REQUESTED,
    "No.\nReally \u2028 not: \ud800 \x00 ü",
    (Finding("F1", "Wrong", "blocker", "a/ü.py", 3), Finding("F2", "Also wrong")),
)

RECORDS: tuple[Record, ...] = (
    RunStarted(
        1.5, "r1", "034-cats", "me", ("ada", "eve"), (), Limits(), False, "squash", 12, True
    ),
    RunStarted(1.5, "r1", "034-cats", "me", (), ("ben",), Limits(3, budget_usd=1.0)),
    StepIntended(2.0, "WP01", Step.START, "r1/WP01/1/start"),
    StepDone(3.0, "WP01", Step.START, "r1/WP01/1/start", "in_progress", "text", 2),
    StepDone(3.0, "", Step.MERGE, "r1/merge/7"),
    StepRefused(4.0, "WP01", Step.SUBMIT, "k", "BUSY", "Again.", "guard:markers", "WP02"),
    AttemptStarted(5.0, "a", "WP01", Role.REVIEW, "ada", "us", 2, "0" * 40, True, "s-1"),
    AttemptStarted(5.0, "a", "WP01", Role.IMPLEMENT, "ada", "us", 2),
    AttemptReported(6.0, "a", "s-1", Usage(1, 2, 3, 0.25), "a rate limit"),
    AttemptReported(6.0, "a"),
    AttemptEnded(7.0, "a", Failure.RATE_LIMIT, "m", "x", 99.5, Usage(1), "s-1", VERDICT),
    AttemptEnded(7.0, "a"),
    RunEnded(8.0, Ended.NEEDS_PERSON, ("one", "two")),
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda each: type(each).__name__)
def test_every_record_comes_back_as_it_was(record: Record) -> None:
    line = write_record(record)

    assert read_record(line) == record
    assert read_record(line.encode()) == record
    assert line.isascii()
    assert line.isprintable()


def test_the_samples_hold_every_kind_of_record() -> None:
    assert {type(each) for each in RECORDS} == set(Record.__args__)


def test_a_line_reads_like_the_record() -> None:
    assert write_record(AttemptReported(6.0, "a", usage=Usage(1, 2))) == (
        '{"type":"AttemptReported","at":6.0,"id":"a","session":null,"usage":{"input_tokens":1,'
        '"output_tokens":2,"cached_tokens":0,"cost_usd":null},"waits_for":null}'
    )


def test_fields_that_an_older_version_did_not_have_take_their_defaults() -> None:
    line = '{"type":"RunEnded","at":8,"ended":"done"}'

    assert read_record(line) == RunEnded(8.0, Ended.DONE)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        (b"\xff", "is no JSON"),
        ("3", "is no record"),
        ('{"at":1.0}', "is no record"),
        (
            '{"type":"RunPaused","at":1.0}',
            "holds a record 'RunPaused', which this version does not know: go on with the version"
            " that wrote it",
        ),
        (
            '{"type":"RunEnded","at":1.0,"ended":"done","mood":"good"}',
            "has 'mood' in RunEnded, which this version does not know: go on with the version"
            " that wrote it",
        ),
        (
            '{"type":"RunEnded","at":1.0,"ended":"dreamt"}',
            "has 'dreamt' in RunEnded.ended, which this version does not know: go on with the"
            " version that wrote it",
        ),
        (
            '{"type":"AttemptReported","at":1.0,"id":"a","usage":{"electricity":1}}',
            "has 'electricity' in AttemptReported.usage, which this version does not know: go on"
            " with the version that wrote it",
        ),
        ('{"type":"RunEnded","at":1.0}', "has no 'ended' in RunEnded"),
        (
            '{"type":"RunEnded","at":true,"ended":"done"}',
            "has something else than it should in RunEnded.at",
        ),
        (
            '{"type":"RunEnded","at":1.0,"ended":"done","reasons":"one"}',
            "has something else than it should in RunEnded.reasons",
        ),
        (
            '{"type":"RunEnded","at":1.0,"ended":"done","reasons":[1]}',
            "has something else than it should in RunEnded.reasons",
        ),
        (
            '{"type":"AttemptReported","at":1.0,"id":null}',
            "has something else than it should in AttemptReported.id",
        ),
    ],
)
def test_a_line_that_is_no_record_is_refused_with_what_is_wrong(
    line: str | bytes, problem: str
) -> None:
    with pytest.raises(UnreadableRecord) as raised:
        read_record(line)

    assert str(raised.value) == problem


def test_the_format_does_not_change_by_accident() -> None:
    names = [list(json.loads(write_record(each))) for each in RECORDS]

    assert {tuple(each) for each in names} == {
        (
            *("type", "at", "run_id", "feature", "actor", "implementers", "reviewers", "limits"),
            *("merge", "strategy", "process", "resumed"),
        ),
        ("type", "at", "package", "step", "key"),
        ("type", "at", "package", "step", "key", "lane", "detail", "rounds"),
        ("type", "at", "package", "step", "key", "code", "message", "reason", "reopen"),
        (
            *("type", "at", "id", "package", "role", "agent", "vendor", "attempt", "head"),
            *("asks_again", "session"),
        ),
        ("type", "at", "id", "session", "usage", "waits_for"),
        (
            *("type", "at", "id", "failure", "message", "answer", "resets_at", "usage"),
            *("session", "verdict"),
        ),
        ("type", "at", "ended", "reasons"),
    }
