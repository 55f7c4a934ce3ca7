"""The contract door under generated calls: one envelope, no defect, no change on refusal.

This is a sample; `make test-fuzz` makes a million calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fuzz.campaign import Ask, Campaign
from fuzz.in_process import Outcome, ask
from fuzz.scene import Scene
from fuzz.words import SECRETS

CALLS, SEED = 3_000, 20


def test_generated_calls_are_answered_and_refusals_change_nothing(scene: Scene) -> None:
    tally = Campaign(scene, SEED).run(CALLS)

    assert tally.found == []
    assert tally.calls == CALLS
    assert tally.opened > CALLS / 20
    assert tally.changed > 0
    assert {"success", "USAGE_ERROR", "POLICY_VALIDATION_FAILED"} < tally.by_code.keys()


def _two_lines(outcome: Outcome) -> Outcome:
    return _saying(outcome, outcome.stdout * 2)


def _defect(outcome: Outcome) -> Outcome:
    envelope = {**outcome.envelope, "success": False, "error_code": "INTERNAL_ERROR"}
    return _saying(outcome, json.dumps(envelope) + "\n")


def _quoting(outcome: Outcome) -> Outcome:
    data = {**outcome.envelope["data"], "message": f"Not allowed: {SECRETS[0]}"}
    return _saying(outcome, json.dumps({**outcome.envelope, "data": data}) + "\n")


def _unknown_fact(outcome: Outcome) -> Outcome:
    data = {**outcome.envelope["data"], "surprise": True}
    return _saying(outcome, json.dumps({**outcome.envelope, "data": data}) + "\n")


def _slow(outcome: Outcome) -> Outcome:
    return Outcome(outcome.words, outcome.status, outcome.stdout, "", 3.0, outcome.opened)


def _saying(outcome: Outcome, text: str) -> Outcome:
    return Outcome(outcome.words, outcome.status, text, "", outcome.seconds, outcome.opened)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (_two_lines, "an answer is one line of JSON"),
        (_defect, "no call meets a defect"),
        (_quoting, "no secret is quoted"),
        (_unknown_fact, "an answer keeps the contract"),
        (_slow, "no call takes long"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_found(
    scene: Scene, spoil: Callable[[Outcome], Outcome], rule: str
) -> None:
    def spoiled(place: Path, words: Sequence[str]) -> Outcome:
        outcome = ask(place, words)
        return spoil(outcome) if outcome.code == "USAGE_ERROR" else outcome

    assert rule in _rules_found(scene, spoiled)


def test_a_refusal_that_changes_something_is_found(scene: Scene) -> None:
    def writing(place: Path, words: Sequence[str]) -> Outcome:
        outcome = ask(place, words)
        if outcome.opened and outcome.status:
            (place / ".git/refs/heads/stray").write_text(f"{outcome.seconds}\n")
        return outcome

    assert "a refusal changes nothing" in _rules_found(scene, writing)


def test_a_descriptor_that_is_left_open_is_found(scene: Scene) -> None:
    left = []

    def leaking(place: Path, words: Sequence[str]) -> Outcome:
        left.append((place / "left-open").open("w"))
        return ask(place, words)

    try:
        assert "a descriptor is left open" in _rules_found(scene, leaking)
    finally:
        for file in left:
            file.close()


def _rules_found(scene: Scene, asked: Ask) -> set[str]:
    return {found.rule for found in Campaign(scene, SEED, asked).run(200).found}
