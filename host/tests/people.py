"""Gives tests a person who calls the host: the same use cases, without the contract's door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from project import SLUG, Project
from spec_kitty.application.delivery.merging import Merging
from spec_kitty.application.host import Host
from spec_kitty.application.transitions import Transition, transition
from spec_kitty.application.workflow import Call
from spec_kitty.domain.evidence import Evidence
from spec_kitty.domain.feature import Caller
from spec_kitty.domain.lanes import lane_named
from spec_kitty.wiring import open_host

Data = dict[str, Any]


class Person:
    """Is alice at her keyboard."""

    def __init__(self, host: Host, name: str = "alice") -> None:
        self.host = host
        self.call = Call(Caller(name, person=True))

    def start(self, package: str) -> Data:
        return self.host.starts.start(SLUG, package, self.call)

    def move(
        self,
        package: str,
        to: str,
        note: str | None = None,
        *,
        reference: str | None = None,
        resolved: tuple[str, ...] = (),
        force: bool = False,
    ) -> Data:
        lane = lane_named(to)
        assert lane is not None
        evidence = Evidence(resolved=resolved)
        asked = Transition(package, lane, note, reference, evidence, None, force)
        return transition(self.host, SLUG, asked, self.call)

    def accept(self) -> Data:
        return self.host.acceptances.accept(SLUG, self.call)

    def merge(self, **asked: Any) -> Data:
        return self.host.merges.merge(SLUG, Merging(**asked), self.call)


@pytest.fixture
def alice(project: Project) -> Iterator[Person]:
    host = open_host(str(project.repo.path))
    yield Person(host)
    host.ports.close()
