"""A move is judged by the lane that the work package is in when it is made."""

from __future__ import annotations

from collections.abc import Callable

from door import POLICY
from project import SLUG, Project
from spec_kitty.application.desk import Desk
from spec_kitty.application.host import Host
from spec_kitty.application.ports import Ports
from spec_kitty.application.reading import Reader
from spec_kitty.application.transitions import Transition, transition
from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller
from spec_kitty.domain.lanes import Lane
from spec_kitty.wiring import open_host

Meanwhile = Callable[[], object]


class LateReader(Reader):
    """Looks at a feature; right after the first look somebody else changes it."""

    def __init__(self, ports: Ports, host: Host, meanwhile: Meanwhile) -> None:
        super().__init__(ports.reading, host.project)
        self._meanwhile = [meanwhile]

    def desk(self, slug: str) -> Desk:
        desk = super().desk(slug)
        if self._meanwhile:
            self._meanwhile.pop()()
        return desk


def ask(project: Project, to: Lane, actor: str, meanwhile: Meanwhile) -> tuple[str, str]:
    """Asks for a lane while somebody else moves the work package; returns from where to where."""
    host = open_host(str(project.repo.path))
    host.__dict__["reader"] = LateReader(host.ports, host, meanwhile)
    call = Call(Caller(actor), policy_text=POLICY, allowed=True)
    try:
        told = transition(host, SLUG, Transition("WP01", to), call)
    finally:
        host.close()
    return told["from_lane"], told["to_lane"]


def test_what_is_released_in_that_moment_is_claimed(project: Project) -> None:
    assert project.start("WP01", "ann").data

    def release() -> None:
        assert project.move("WP01", "planned", "ann", "--note", "Enough.").data

    assert ask(project, Lane.IN_PROGRESS, "ben", release) == ("planned", "in_progress")


def test_what_is_blocked_in_that_moment_is_unblocked(project: Project) -> None:
    def block() -> None:
        assert project.start("WP01", "ann").data
        assert project.move("WP01", "blocked", "ann", "--note", "Wait.").data

    assert ask(project, Lane.IN_PROGRESS, "ann", block) == ("blocked", "in_progress")
