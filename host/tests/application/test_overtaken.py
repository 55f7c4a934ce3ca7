"""A ref that was not where it had been read: looked at again once, then told."""

import pytest

from people import Person
from project import Project
from spec_kitty.adapters.journal.writer import GitJournal
from spec_kitty.application.ports import LayOut, Overtaken, Snapshot
from spec_kitty.domain.events import Event
from spec_kitty.domain.feature import Feature
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.wiring import Adapters
from states import kinds


class OvertakenJournal(GitJournal):
    """Is overtaken so many times; each look after that is a fresh one."""

    times = 0
    looks = 0

    def append(
        self, before: Snapshot, event: Event, after: Feature, lay_out: LayOut | None = None
    ) -> Snapshot:
        if self.times:
            self.times -= 1
            raise Overtaken(ErrorCode.REF_DIVERGED, "Somebody was faster.")
        return super().append(before, event, after, lay_out)

    def look_again(self) -> None:
        self.looks += 1
        super().look_again()


@pytest.fixture
def journal(alice: Person) -> OvertakenJournal:
    ports = alice.host.ports
    assert isinstance(ports, Adapters)
    overtaken = OvertakenJournal(ports.git, ports.objects)
    ports.__dict__["journal"] = overtaken
    return overtaken


def test_a_change_that_is_overtaken_once_is_made(
    project: Project, alice: Person, journal: OvertakenJournal
) -> None:
    journal.times = 1

    alice.host.moves.add_note("034-cats", "WP01", "Hm.", alice.call)

    assert (kinds(project), journal.looks) == (["NoteAdded"], 1)


def test_a_change_that_is_overtaken_twice_is_refused(
    project: Project, alice: Person, journal: OvertakenJournal
) -> None:
    journal.times = 2

    with pytest.raises(Refusal) as refused:
        alice.host.moves.add_note("034-cats", "WP01", "Hm.", alice.call)

    assert refused.value.code is ErrorCode.REF_DIVERGED
    assert kinds(project) == []
