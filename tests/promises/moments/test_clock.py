"""A clock that goes backwards, stands still or is centuries off: times are information only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from extent import some

from moments.stages import Stage
from people import Person
from project import SLUG
from soundness import require_sound
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.system import System
from spec_kitty.application.audit import audit
from spec_kitty.application.host import Host
from spec_kitty.wiring import Adapters

CLOCKS = {
    "backwards": [f"2026-{month:02}-01T00:00:00.000000+00:00" for month in range(12, 0, -1)],
    "stands still": ["2026-01-01T00:00:00.000000+00:00"],
    "the beginning of time": ["1970-01-01T00:00:00.000000+00:00"],
    "beyond 2038": ["2038-01-19T03:14:07.999999+00:00", "2038-01-19T03:14:08.000000+00:00"],
    "the end of years": ["9999-12-31T23:59:59.999999+00:00"],
    "to and fro": ["9999-12-31T23:59:59.999999+00:00", "1970-01-01T00:00:00.000000+00:00"] * 9,
}


class Clock(System):
    """Says the given times one after the other, and then the last one for ever."""

    def __init__(self, times: Iterable[str]) -> None:
        self._times = iter(times)
        self._said = ""

    def now(self) -> str:
        self._said = next(self._times, self._said)
        return self._said


def host_with(clock: Clock, stage: Stage) -> Iterator[Host]:
    adapters = Adapters(Git(locate(str(stage.repo.path))), str(stage.repo.path))
    adapters.system = clock
    yield Host(adapters)
    adapters.close()


@pytest.mark.parametrize("clock", some(CLOCKS, "to and fro"))
def test_a_feature_goes_from_plan_to_merge_whatever_the_clock_says(
    stage: Callable[[str], Stage], clock: str
) -> None:
    scene = stage("planned")
    for host in host_with(Clock(CLOCKS[clock]), scene):
        alice = Person(host)
        alice.start("WP01")
        scene.project.work("WP01", "cat.py", "meow = 1\n")
        alice.move("WP01", "for_review")
        alice.move("WP01", "in_progress", "Louder.", reference="r/1")
        scene.project.work("WP01", "cat.py", "MEOW = 1\n")
        alice.move("WP01", "for_review")
        alice.move("WP01", "done")
        alice.move("WP02", "canceled", "No.")
        alice.move("WP03", "canceled", "No.")
        alice.accept()
        assert alice.merge()["merged"]

        assert audit(host.ports, SLUG, lambda *_: None).findings == ()
    assert scene.repo.git("show", "main:cat.py") == "MEOW = 1"
    require_sound(scene.repo)


def test_history_is_told_in_the_order_in_which_it_happened(
    stage: Callable[[str], Stage],
) -> None:
    scene = stage("planned")
    for host in host_with(Clock(CLOCKS["backwards"]), scene):
        alice = Person(host)
        alice.start("WP01")
        alice.move("WP01", "planned", "Later.")
        alice.move("WP01", "canceled", "Never.")

    told = scene.project.api("history").data["events"]

    assert [event["type"] for event in told] == [
        "PackageClaimed",
        "WorkspacePrepared",
        "PackageReleased",
        "PackageCanceled",
    ]
    assert [event["at"] for event in told] == CLOCKS["backwards"][:4]
