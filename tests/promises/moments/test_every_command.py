"""At every odd moment each command gives an honest answer, and nothing of a person's is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest

from moments.belongings import JOURNAL
from moments.calls import CHANGES, PEOPLE, READS, ask, say
from moments.losses import Belongings
from moments.stages import Stage
from moments.table import AFTER_THE_MERGE, MOMENTS, Moment, chosen

SAMPLE = (
    "review-package_unrelated",
    "merged-target_rewound",
)

CALLS = (
    *(("api", name, (name, *words)) for name, words in READS.items()),
    *(("api", name, words) for name, words in CHANGES.items()),
    *(("people", name, words) for name, words in PEOPLE.items()),
)


class Changed(NamedTuple):
    """Is what a refused call left behind: the events it added, and whether branches moved."""

    events: tuple[str, ...] = ()
    branches: bool = False


NOTHING = Changed()
# A conflict is recorded as rework. A start claims first: a workspace that cannot be made takes the
# claim back, and one that the machine did not let be made is made by the next start.
MAY_CHANGE = {
    "INTEGRATION_CONFLICT": [NOTHING, Changed(("ReworkRequested",), branches=True)],
    "WORKSPACE_FAILED": [NOTHING, Changed(("PackageClaimed", "ClaimAbandoned"))],
    "ENVIRONMENT_UNSUPPORTED": [NOTHING, Changed(("PackageClaimed",), branches=True)],
}


class Outcome(NamedTuple):
    """Is how a call ended: it was refused with these words, or not at all."""

    refused: bool
    code: str
    told: str


@pytest.mark.parametrize(
    "moment", chosen((*MOMENTS, *AFTER_THE_MERGE), *SAMPLE), ids=lambda each: each.id
)
def test_each_command_answers_honestly(moment: Moment, stage: Callable[[str], Stage]) -> None:
    play(moment, stage)


def play(moment: Moment, stage: Callable[[str], Stage]) -> None:
    """Makes every call at the moment, which comes anew after each call that changed something."""
    scene = None
    for door, name, words in CALLS:
        if scene is None:
            scene = stage(moment.life)
            moment.upset(scene)
        have, before = Belongings(scene.base, scene.git_dir), refs(scene)

        outcome = call(scene, door, words)

        assert have.lost() == [], (name, outcome)
        if outcome.refused:
            assert is_in_words(outcome), (name, outcome)
            left = changed(scene, before)
            assert left in MAY_CHANGE.get(outcome.code, [NOTHING]), (name, outcome, left)
        if refs(scene) != before or not outcome.refused:
            scene = None


def call(scene: Stage, door: str, words: tuple[str, ...]) -> Outcome:
    if door == "api":
        answer = ask(scene.repo.path, words)
        code = answer.envelope["error_code"]
        assert answer.stderr == "", answer
        return Outcome(code is not None, str(code), answer.envelope["data"].get("message", ""))
    said = say(scene.repo.path, words)
    assert said.status in (0, 1), said
    assert "Traceback" not in said.err, said
    if "refused (" not in said.err:
        return Outcome(False, "", said.out)
    code, _, told = said.err[said.err.rindex("refused (") + 9 :].partition("): ")
    return Outcome(True, code, told)


def is_in_words(outcome: Outcome) -> bool:
    """Says whether it is a refusal that a person can do something with."""
    return (outcome.code != "INTERNAL_ERROR" and outcome.told.strip().endswith((".", ")"))) or (
        "git " in outcome.told or "spec-kitty " in outcome.told
    )


def refs(scene: Stage) -> dict[str, str]:
    """Returns branches and journals; what is kept under salvage besides does no harm."""
    listed = scene.repo.git(
        "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/spec-kitty/"
    )
    return dict(line.rsplit(" ", 1) for line in listed.splitlines())


def changed(scene: Stage, before: dict[str, str]) -> Changed:
    now = refs(scene)
    if now == before:
        return NOTHING
    span = f"{before[JOURNAL]}..{now[JOURNAL]}"
    told = scene.repo.git("log", "--reverse", "--format=%b", span, "--").split("\n")
    events = tuple(json.loads(line)["type"] for line in told if line)
    branches = {ref for ref in before.keys() | now.keys() if before.get(ref) != now.get(ref)}
    return Changed(events, branches != {JOURNAL})
