"""Stops one command at its points, and says of each whether all that was promised is kept.

After a stop a read must see the state before or after; the same call again must end as it would
have ended; then the repository must be as if nothing had happened in between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crash.bench import Bench, Ended
from crash.points import Point, points
from crash.portrait import Portrait, damage, events, left_behind, portrait, settled
from crash.scenes import Scene
from project import SLUG, make_project

_STATE = ("orchestrator-api", "feature-state", "--feature", SLUG)
# What a person is told to bring along by hand.
_PARTS = ("refs", "commits", "files", "status")
_IS_KEPT = re.compile(r"refs/spec-kitty-salvage/|Uncommitted work of ")
_GIVEN_UP = re.compile(r"merge given up|merge abandoned|, no workspace")


@dataclass(frozen=True)
class Story:
    """What a call does when nothing stops it."""

    events_before: list[str]
    events_after: list[str]
    state_before: Any
    state_after: Any
    end: Portrait


class Matrix:
    """Is one scene, ready to be stopped."""

    def __init__(self, bench: Bench, scene: Scene) -> None:
        self.bench = bench
        self.scene = scene
        if not bench.bring(scene.prepare.__name__):
            self._prepare()
        self.story, self.points = self._tell()

    def _prepare(self) -> None:
        """Plays what leads up to the scene; other scenes may begin with the same."""
        project = make_project(self.bench.place)
        for sample in (self.bench.place / ".git/hooks").glob("*.sample"):
            sample.unlink()
        self.scene.prepare(project)
        self.state()
        self.bench.keep(self.scene.prepare.__name__)

    def _tell(self) -> tuple[Story, list[Point]]:
        bench = self.bench
        bench.run(self.scene.words)
        bench.restore()
        before = (self.events(), self.state())
        ended, places = bench.record(self.scene.words)
        assert self.ended_well(ended), ended
        story = Story(before[0], self.events(), before[1], self.state(), portrait(bench.place))
        assert not left_behind(bench.place), left_behind(bench.place)
        return story, [point for place in places for point in points(place)]

    def events(self) -> list[str]:
        return events(self.bench.place, SLUG)

    def state(self) -> Any:
        """Returns what a reader sees now, without ids and times."""
        ended = self.bench.run(_STATE)
        envelope = json.loads(ended.stdout)
        if envelope["error_code"] in ("NOT_A_PROJECT", "FEATURE_NOT_FOUND"):
            return envelope["error_code"]
        assert envelope["success"], envelope
        return json.loads(settled(json.dumps(envelope["data"])))

    def stop(self, point: Point) -> Ended | None:
        """Stops the call at the point; None if it never came to it.

        How many calls there are differs by a few: folders of objects are made when they are needed.
        """
        self.bench.restore()
        ended = self.bench.stop(self.scene.words, point)
        return ended if self.bench.was_hit() else None

    def losses(self, ended: Ended) -> Iterator[str]:
        """Yields a sentence for each promise that was broken when `stop` stopped the call."""
        yield from self._of_answer(ended)
        yield from self._of_state(ended)
        yield from self._of_again(_PARTS if self._was_warned(ended) else ())

    def _of_answer(self, ended: Ended) -> Iterator[str]:
        if ended.was_killed:
            return
        if "Traceback" in ended.stderr or "Traceback" in ended.stdout:
            yield f"a traceback: {ended.stderr[-300:]}"
        if not self.scene.by_program:
            if ended.status not in (0, 1):
                yield f"it ended with {ended.status}: {ended.stderr}"
            elif ended.status and not (ended.stdout + ended.stderr).strip():
                yield "no sentence says what is wrong"
            return
        lines = ended.stdout.splitlines()
        if len(lines) != 1:
            yield f"{len(lines)} lines of answer"
        elif json.loads(lines[0])["error_code"] == "INTERNAL_ERROR":
            yield f"INTERNAL_ERROR: {lines[0]}"

    def _of_state(self, ended: Ended) -> Iterator[str]:
        """Before or after, and after if it was acknowledged."""
        story, now = self.story, self.events()
        if self.ended_well(ended) and not ended.was_killed:
            if now != story.events_after:
                yield f"acknowledged, but the journal says {now[len(story.events_before) :]}"
        state = self.state()
        if now == story.events_before and state != story.state_before:
            yield f"no event, but the state is {_difference(story.state_before, state)}"
        if now == story.events_after and state != story.state_after:
            yield f"every event, but the state is {_difference(story.state_after, state)}"
        if now[: len(story.events_before)] != story.events_before:
            yield f"events were lost: {now}"

    def _was_warned(self, ended: Ended) -> bool:
        """Says whether the answer told of something that could not follow."""
        if ended.was_killed or not self.ended_well(ended) or not self.scene.by_program:
            return False
        return bool(json.loads(ended.stdout)["data"].get("warnings"))

    def _of_again(self, excused: tuple[str, ...]) -> Iterator[str]:
        """The same call again ends well, once, and nothing is left of the stop."""
        took_effect = self._took_effect()
        again = self._repeated() if self._is_to_repeat(took_effect) else None
        if again is not None and not self.ended_well(again):
            if self.scene.by_program or not took_effect:
                yield f"again: {again.stdout}{again.stderr}"
        now = _told(self.events())
        if now != _told(self.story.events_after):
            yield f"the journal says {now[len(self.story.events_before) :]}"
        was_taken_back = any(", no workspace" in line for line in self.events())
        end = portrait(self.bench.place)
        for part, expected in self.story.end.items():
            found = _essence(end[part], expected) if was_taken_back else end[part]
            if part not in excused and found != expected:
                yield f"{part}: {_difference(expected, end[part])}"
        left = left_behind(self.bench.place)
        if left:
            yield f"left behind: {left}"
        damaged = damage(self.bench.place)
        if damaged:
            yield f"damage: {damaged}"

    def _repeated(self) -> Ended:
        """Makes the call again; a lock of another repository is a person's to remove, if told."""
        again = self.bench.run(self.scene.words)
        left = [*self.bench.remote.rglob("*.lock")]
        if left and all(str(lock) in again.stdout.replace("/./", "/") for lock in left):
            for lock in left:
                lock.unlink()
            return self.bench.run(self.scene.words)
        return again

    def _took_effect(self) -> bool:
        """Says whether all of it happened; what writes no event is told by what it leaves."""
        if self.story.events_after != self.story.events_before:
            return self.events() == self.story.events_after
        return portrait(self.bench.place) == self.story.end

    def _is_to_repeat(self, took_effect: bool) -> bool:
        return self.scene.repeatable or not took_effect

    def ended_well(self, ended: Ended) -> bool:
        """Says whether the call ended as it does when nothing stops it."""
        if self.scene.by_program:
            lines = ended.stdout.splitlines()
            return len(lines) == 1 and json.loads(lines[0])["error_code"] == self.scene.refused
        return ended.status == 0


def _told(listed: list[str]) -> list[str]:
    """Returns the events without what was begun and given up again, and without attempts."""
    kept: list[str] = []
    for line in listed:
        if _GIVEN_UP.search(line):
            kept.pop()
        else:
            kept.append(re.sub(r", attempt \d+", "", line))
    return kept


def _essence(found: Any, expected: Any) -> Any:
    """Returns what counts: half a workspace that was kept when a claim was taken back does not."""
    if not isinstance(found, list):
        return found
    return [each for each in found if each in expected or not _IS_KEPT.match(each)]


def _difference(expected: Any, found: Any) -> str:
    """Returns only what differs of two texts, lists or mappings."""
    if isinstance(expected, dict) and isinstance(found, dict):
        names = sorted(expected.keys() | found.keys())
        parts = {
            name: _difference(expected.get(name), found.get(name))
            for name in names
            if expected.get(name) != found.get(name)
        }
        return str(parts)
    if isinstance(expected, list) and isinstance(found, list):
        missing = [each for each in expected if each not in found]
        more = [each for each in found if each not in expected]
        return f"missing {missing}, more {more}" if missing or more else "another order or count"
    return f"{found!r} instead of {expected!r}"
