"""The table of findings: complete, and in one piece with the remedies."""

from __future__ import annotations

from spec_kitty.application.doctor.findings import TRAITS, Finding, Kind, Severity
from spec_kitty.application.doctor.remedies import REMEDIES


def test_every_kind_says_how_grave_it_is_and_why() -> None:
    assert list(TRAITS) == list(Kind)
    assert [kind for kind, trait in TRAITS.items() if not trait.why.endswith(".")] == []


def test_what_is_mended_may_also_be_what_a_running_command_does() -> None:
    """Or it is looked at under the lock of whoever could do it."""
    certain = {kind for kind in REMEDIES if not TRAITS[kind].fleeting}
    assert certain == {Kind.INTERRUPTED_COMMAND, Kind.INTERRUPTED_MERGE, Kind.BRANCH_GONE}


def test_a_finding_says_in_one_go_what_is_wrong_and_what_to_do() -> None:
    commands = ("git branch keep abc", "git update-ref x y")
    finding = Finding(Kind.BRANCH_DIVERGED, "It moved.", remedy="Put it back:", commands=commands)
    assert finding.said == "It moved. Put it back: git branch keep abc && git update-ref x y"
    assert finding.severity is Severity.WRONG
