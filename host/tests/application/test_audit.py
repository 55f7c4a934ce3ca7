"""The audit: every damage that can be done to a journal is found and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forgery import Forgery
from journals import SLUG, journal_of
from people import Person
from project import Project
from spec_kitty.application.audit import MAX_FINDINGS, Audited, audit
from spec_kitty.domain.events import PackageSubmitted
from spec_kitty.wiring import open_host

BROKEN_PACKAGE = "wp/WP01.json"


@pytest.fixture(autouse=True)
def sound() -> None:
    """These repositories are damaged on purpose."""


@pytest.fixture
def forgery(project: Project, alice: Person) -> Forgery:
    """A journal of four events: WP01 is claimed, prepared and submitted, then blocked."""
    alice.start("WP01")
    project.work("WP01", "cat.py", "meow = 1\n")
    alice.move("WP01", "for_review")
    alice.move("WP01", "blocked", "wait")
    return Forgery(project.repo)


def audited(forgery: Forgery) -> Audited:
    host = open_host(str(forgery.repo.path))
    try:
        return audit(host.ports, SLUG, lambda _done, _total: None)
    finally:
        host.ports.close()


def found(forgery: Forgery) -> list[tuple[int | None, str]]:
    """Returns the findings with the number of their event."""
    result = audited(forgery)
    commits = [None, *forgery.commits()]
    for finding in result.findings:
        assert finding.event is None or finding.place == commits[finding.event]
    return [(finding.event, finding.said) for finding in result.findings]


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def edit(content: bytes) -> bytes:
        assert old.encode() in content, content
        return content.replace(old.encode(), new.encode(), 1)

    return edit


def test_a_sound_journal_has_no_findings(forgery: Forgery) -> None:
    assert audited(forgery) == Audited(SLUG, 4, ())


def test_a_feature_without_events_has_no_findings(project: Project) -> None:
    assert audited(Forgery(project.repo)) == Audited(SLUG, 0, ())


def test_a_state_that_was_tampered_with_is_found(forgery: Forgery) -> None:
    tip = forgery.commits()[-1]
    tree = forgery.repo.git("rev-parse", f"{tip}^{{tree}}")
    forged = forgery.tree_with(tip, BROKEN_PACKAGE, '"blocked"', '"planned"')
    forgery.edit(4, replaced(tree, forged))
    assert found(forgery) == [
        (4, f"The stored state is not what the events lead to: {BROKEN_PACKAGE}.")
    ]


def test_a_state_of_the_past_that_was_tampered_with_is_found(forgery: Forgery) -> None:
    old = forgery.commits()[1]
    tree = forgery.repo.git("rev-parse", f"{old}^{{tree}}")
    forged = forgery.tree_with(old, BROKEN_PACKAGE, '"doing"', '"planned"')
    forgery.edit(2, replaced(tree, forged))
    assert found(forgery) == [
        (2, f"The stored state is not what the events lead to: {BROKEN_PACKAGE}.")
    ]


def test_events_out_of_order_are_found(forgery: Forgery) -> None:
    commits = forgery.commits()
    second, third = (forgery.content(commit) for commit in commits[1:3])
    parents = [f"parent {commit}".encode() for commit in commits[:2]]
    forgery.rewrite(
        {2: third.replace(parents[1], parents[0]), 3: second.replace(parents[0], parents[1])}
    )
    told = dict.fromkeys(message.split(":")[0] for _, message in found(forgery))
    assert list(told) == [
        "It says that it is event 3. They are not in order.",
        "The stored state is not what the events lead to",
        "It says that it is event 2. They are not in order.",
    ]


def test_an_event_that_was_edited_is_found(forgery: Forgery) -> None:
    forgery.edit(4, replaced('"reason":"wait"', '"reason":"lost"'))
    assert found(forgery) == [
        (4, "Its subject is not what its event says: 'WP01: -> blocked (lost) by alice'."),
        (4, f"The stored state is not what the events lead to: {BROKEN_PACKAGE}."),
    ]


def test_a_subject_that_was_edited_is_found(forgery: Forgery) -> None:
    forgery.edit(3, replaced("for_review at", "done at"))
    [(event, message)] = found(forgery)
    assert event == 3
    assert message.startswith("Its subject is not what its event says: 'WP01: in_progress -> for")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"format":1', '"format":2', "an event of a format that this version does not know"),
        (
            '"type":"PackageBlocked"',
            '"type":"X"',
            "an event of a type that this version does not know",
        ),
        ('{"at"', "{at", "not JSON: "),
    ],
)
def test_an_event_that_cannot_be_read_is_found(
    forgery: Forgery, old: str, new: str, why: str
) -> None:
    forgery.edit(4, replaced(old, new))
    (event, first), (again, second) = found(forgery)
    assert (event, again) == (4, 4)
    assert first.startswith(f"Its event cannot be read: {why}")
    assert second == "It cannot be replayed (it cannot be read), so no later state is compared."


def test_an_event_that_cannot_be_replayed_is_found(forgery: Forgery) -> None:
    head = forgery.repo.tip(f"{SLUG}-WP01")
    forgery.edit(3, replaced(f'"head_commit":"{head}"', '"head_commit":7'))
    [(event, message)] = found(forgery)
    assert event == 3
    assert message.startswith("It cannot be replayed (")


def test_a_commit_by_somebody_else_is_found(forgery: Forgery) -> None:
    forgery.edit(
        2, replaced("author spec-kitty <journal@spec-kitty.invalid>", "author M <m@x.org>")
    )
    [(event, message)] = found(forgery)
    assert event == 2
    assert message.startswith("It is not by the host at the time of its event, but by M <m@x.org>")


def test_a_commit_of_another_time_is_found(forgery: Forgery) -> None:
    forgery.edit(2, lambda content: content.replace(b" +0000\n\n", b" +0100\n\n", 1))
    [(event, message)] = found(forgery)
    assert event == 2
    assert message.startswith("It is not by the host at the time of its event")


def test_two_histories_merged_are_found(forgery: Forgery) -> None:
    other = f"parent {forgery.commits()[0]}\nauthor "
    forgery.edit(4, replaced("author ", other))
    assert found(forgery) == [(4, "It has 2 parents. Somebody merged two histories.")]


def test_a_commit_with_more_than_the_host_writes_is_found(forgery: Forgery) -> None:
    forgery.edit(4, lambda content: content + b"Signed-off-by: M\n")
    assert found(forgery)[0] == (4, "It is not a commit as the host writes it.")


def test_a_journal_that_lost_its_beginning_is_found(forgery: Forgery) -> None:
    first = forgery.commits()[0]
    (forgery.repo.path / ".git" / "shallow").write_text(f"{forgery.commits()[1]}\n")
    findings = found(forgery)
    assert findings[0] == (1, f"It is the first event, but follows {first[:12]}.")
    assert findings[-1] == (
        None,
        "This clone is shallow, and the beginning of the journal is not in it. "
        "Complete it: git fetch --unshallow",
    )


def test_a_file_of_the_past_that_is_missing_is_found(forgery: Forgery) -> None:
    gone = forgery.delete(f"{forgery.commits()[1]}:{BROKEN_PACKAGE}")
    assert found(forgery) == [(2, f"Its file {BROKEN_PACKAGE} (object {gone[:12]}) is missing.")]


def test_a_folder_of_the_past_that_is_missing_is_found(forgery: Forgery) -> None:
    gone = forgery.delete(f"{forgery.commits()[1]}:wp")
    assert found(forgery) == [(None, f"The object {gone} of its states is missing.")]


def test_a_file_of_the_present_that_is_missing_is_found(forgery: Forgery) -> None:
    gone = forgery.delete(f"{forgery.commits()[3]}:{BROKEN_PACKAGE}")
    (event, first), (_, second) = found(forgery)
    assert (event, first) == (4, f"Its file {BROKEN_PACKAGE} (object {gone[:12]}) is missing.")
    assert second.startswith(f"The journal of {SLUG} cannot be read at ")


@pytest.mark.parametrize("damage", [Forgery.delete, Forgery.overwrite])
def test_a_commit_that_is_gone_is_found(
    forgery: Forgery, damage: Callable[[Forgery, str], str]
) -> None:
    commits = forgery.commits()
    damage(forgery, commits[1])
    result = audited(forgery)
    assert result.events == 2
    assert [finding.said for finding in result.findings] == [
        f"The commit {commits[1]}, which {commits[2][:12]} follows, cannot be read. "
        "What came before it, and so the state, cannot be audited."
    ]


def test_a_state_that_breaks_a_rule_is_found(forgery: Forgery) -> None:
    head = forgery.repo.tip()
    with journal_of(forgery.repo) as journal:
        journal.add(PackageSubmitted("WP02", head, head))
    assert found(forgery) == [
        (None, "The state breaks a rule: WP02 stands where work is held, but nobody holds it.")
    ]


def test_a_policy_under_the_name_of_another_is_found(project: Project) -> None:
    project.start("WP01")
    forgery = Forgery(project.repo)
    forgery.edit(1, replaced(r"\"network_mode\":\"open\"", r"\"network_mode\":\"none\""))
    assert [message.split(" ")[:2] for _, message in found(forgery)] == [
        ["The", "stored"],
        ["The", "policy"],
    ]


def test_a_hundred_thousand_findings_are_not_all_told(forgery: Forgery) -> None:
    with journal_of(forgery.repo) as journal:
        for _ in range(MAX_FINDINGS):
            journal.note("Meow.")
    numbers = range(1, MAX_FINDINGS + 5)
    edited = {
        n: forgery.content(forgery.commits()[n - 1]).replace(b" +0000\n\n", b" -0100\n\n")
        for n in numbers
    }
    forgery.rewrite(edited)
    result = audited(forgery)
    assert (result.events, len(result.findings), result.more) == (MAX_FINDINGS + 4, MAX_FINDINGS, 4)
