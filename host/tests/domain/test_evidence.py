import json

import pytest

from spec_kitty.domain.evidence import (
    MAX_EVIDENCE_BYTES,
    MAX_FINDING_CHARACTERS,
    MAX_FINDINGS,
    Evidence,
    parse_evidence,
)
from spec_kitty.domain.feature import Decision, Finding
from spec_kitty.domain.refusals import ErrorCode, Refusal

OID = "0123456789abcdef" * 4


def test_nothing_given_is_nothing_said() -> None:
    assert parse_evidence("{}") == Evidence()


def test_all_of_it_is_read() -> None:
    text = json.dumps(
        {
            "verdict": "changes_requested",
            "head_commit": OID,
            "findings": [
                {"id": "N1", "message": "Off by one.", "severity": "minor", "path": "a", "line": 7},
                {"message": "No test."},
            ],
            "resolved": ["a/b.txt", "c"],
        }
    )

    assert parse_evidence(text) == Evidence(
        Decision.CHANGES_REQUESTED,
        OID,
        (Finding("N1", "Off by one.", "minor", "a", 7), Finding("F2", "No test.")),
        ("a/b.txt", "c"),
    )


def test_the_verdict_is_a_decision_and_not_just_its_word() -> None:
    assert parse_evidence('{"verdict": "approved"}').decision is Decision.APPROVED


def test_what_is_not_known_is_ignored() -> None:
    assert parse_evidence('{"model": "x", "findings": [], "verdict": null}') == Evidence()


def test_a_short_object_id_of_sha1_is_one() -> None:
    assert parse_evidence(json.dumps({"head_commit": OID[:40]})).head == OID[:40]


UNUSABLE: dict[str, object] = {
    "an array": [],
    "a text": "approved",
    "an unknown verdict": {"verdict": "lgtm"},
    "a verdict in capitals": {"verdict": "Approved"},
    "a verdict that is no text": {"verdict": ["approved"]},
    "a shortened head": {"head_commit": OID[:12]},
    "a head in capitals": {"head_commit": OID[:40].upper()},
    "a head that is a number": {"head_commit": 7},
    "findings that are no list": {"findings": {"message": "x"}},
    "a finding that is a text": {"findings": ["x"]},
    "a finding without a message": {"findings": [{"id": "F1"}]},
    "a finding with an empty message": {"findings": [{"message": ""}]},
    "a finding that is too long": {"findings": [{"message": "x" * (MAX_FINDING_CHARACTERS + 1)}]},
    "too many findings": {"findings": [{"message": "x"}] * (MAX_FINDINGS + 1)},
    "a finding with an id that is too long": {"findings": [{"message": "x", "id": "F" * 101}]},
    "a finding with an id that is a number": {"findings": [{"message": "x", "id": 1}]},
    "a severity that is a number": {"findings": [{"message": "x", "severity": 1}]},
    "a path that is a number": {"findings": [{"message": "x", "path": 1}]},
    "a line that is a text": {"findings": [{"message": "x", "line": "7"}]},
    "a line that is true": {"findings": [{"message": "x", "line": True}]},
    "a resolved path alone": {"resolved": "a"},
    "a resolved path that is a number": {"resolved": [1]},
}


@pytest.mark.parametrize("given", UNUSABLE.values(), ids=UNUSABLE)
def test_evidence_of_another_form_is_refused(given: object) -> None:
    with pytest.raises(Refusal) as caught:
        parse_evidence(json.dumps(given))

    assert caught.value.code is ErrorCode.USAGE_ERROR
    assert caught.value.facts == {"flag": "--evidence-json"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "{'verdict': 1}", '{"line": NaN}', '{"a": 1, "a": 2}', "[" * 100_000],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_evidence(text)

    assert caught.value.code is ErrorCode.USAGE_ERROR


def test_the_size_is_bounded() -> None:
    text = json.dumps({"resolved": ["x" * MAX_EVIDENCE_BYTES]})

    with pytest.raises(Refusal, match="larger than"):
        parse_evidence(text)


def test_as_many_findings_as_allowed_are_read() -> None:
    found = parse_evidence(json.dumps({"findings": [{"message": "x"}] * MAX_FINDINGS})).findings

    assert [finding.id for finding in found] == [f"F{n}" for n in range(1, MAX_FINDINGS + 1)]
