"""Owns what a look at a run takes in, and what is said of it to people and to programs.

The host says where the work packages stand, the run's log what was tried, the transcripts when an
agent was last heard of.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.domain.feature import Feature
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import Memory, after
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, RunStarted
from spec_kitty_orchestrator.domain.run.results import OVER, RESULTS
from spec_kitty_orchestrator.domain.scheduling.view import Roster, View
from spec_kitty_orchestrator.domain.settings.parsing import Settings
from spec_kitty_orchestrator.domain.showing import board
from spec_kitty_orchestrator.domain.showing.telling import clock, duration, one_line
from spec_kitty_orchestrator.domain.showing.transcripts import TranscriptReader

if TYPE_CHECKING:
    from spec_kitty_orchestrator.cli.drawing import Cell

# So much of the end of a transcript is read for what an agent did last.
_TAIL_BYTES = 16_384
_KILLED = "The orchestrator was killed; nothing carries the run on."
_GO_ON = "Go on with: spec-kitty-orchestrator resume --feature {feature}"


@dataclass(frozen=True, slots=True)
class Activity:
    """Is when an agent was last heard of, and what it said or did then."""

    at: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """Is one look at a run; `others` are the newest runs of other features."""

    run: RunInfo
    view: View
    activity: Mapping[str, Activity]
    others: tuple[RunInfo, ...] = ()

    @property
    def state(self) -> str:
        return state_of(self.run)

    @property
    def ended_at(self) -> float | None:
        """Returns when the run came to its end, as far as that is known."""
        if self.run.process is not None:
            return None
        if self.run.ended is not None:
            return self.run.ended.at
        seen = (each.active_at for each in self.view.memory.attempts.values())
        return max(seen, default=self.view.run.at)


def state_of(run: RunInfo) -> str:
    """Returns one word for how a run stands."""
    if run.process is not None:
        return "running"
    return str(run.ended.ended) if run.ended is not None else "killed"


def glance(office: Office, run: RunInfo, feature: Feature, memory: Memory, now: float) -> Glance:
    """Returns the look; what a killed run left running in its log runs no more."""
    activity = {
        each.started.id: activity_of(office.transcript(run.id, each.started.id))
        for each in memory.running
    }
    if run.process is None:
        for each in memory.running:
            lost = AttemptEnded(each.active_at, each.started.id, Failure.LOST, _KILLED)
            memory = after(memory, lost)
    roster = roster_of(office.settings_to_look(), memory.run or run.started)
    return Glance(run, View(feature, memory, roster, now), activity)


def roster_of(settings: Settings, started: RunStarted) -> Roster:
    """Returns the agents of a run, as far as they are still configured."""
    known = settings.agents
    return Roster(
        known,
        tuple(name for name in started.implementers if name in known),
        tuple(name for name in started.reviewers if name in known),
    )


def activity_of(transcript: Path) -> Activity:
    """Returns when an agent last printed something, and what."""
    try:
        with transcript.open("rb") as file:
            status = os.fstat(file.fileno())
            file.seek(max(status.st_size - _TAIL_BYTES, 0))
            tail = file.read().decode(errors="replace").splitlines()
    except OSError:
        return Activity()
    reader = TranscriptReader()
    whole = tail if status.st_size <= _TAIL_BYTES else tail[1:]
    said = [shown for line in whole for shown in reader.read(line)] + reader.flush()
    return Activity(status.st_mtime, one_line(said[-1]) if said else "")


def lines(look: Glance, columns: int | None, height: int | None = None) -> list["Cell"]:
    """Returns the look as lines for people; `height` bounds the board, not what needs a person."""
    from spec_kitty_orchestrator.cli import drawing

    view = look.view
    shown: list[Cell] = [*drawing.heading(view, columns, look.ended_at), *_standing(look), ""]
    said = {name: _told(each, view.now) for name, each in look.activity.items()}
    needs = drawing.need_lines(view, None, None) if _has_more_needs(look) else []
    room = None if height is None else max(height - len(shown) - len(needs) - 4, 4)
    shown += drawing.board_lines(view, said, columns, room)
    shown += ["", *needs] if needs else []
    if look.others:
        shown += ["", "Other features with runs here:"]
        shown += [f"  {line}" for line in other_lines(look.others, view.now)]
    step = _next_step(look)
    return [*shown, "", step] if step else shown


def _has_more_needs(look: Glance) -> bool:
    """Says whether more needs a person than what the run's end gave as its reasons."""
    if look.run.process is not None or look.run.ended is None:
        return True
    said = {one_line(reason) for reason in look.run.ended.reasons}
    return look.state not in OVER and not said.issuperset(board.needs(look.view))


def other_lines(runs: Sequence[RunInfo], now: float) -> list[str]:
    width = max((len(run.started.feature) for run in runs), default=0)
    return [
        f"{one_line(run.started.feature):{width}}  {state_of(run).replace('_', ' ')}, started"
        f" {clock(run.started.at, now)}"
        for run in runs
    ]


def _standing(look: Glance) -> list[str]:
    run = look.run
    if run.process is not None:
        return [f"Process {run.process} carries it on."]
    if run.ended is None:
        return [_KILLED]
    return [
        RESULTS[run.ended.ended].sentence,
        *(f"- {one_line(reason)}" for reason in run.ended.reasons),
    ]


def _next_step(look: Glance) -> str:
    slug, run = look.view.feature.slug, look.run
    if run.process is not None:
        running = look.view.memory.running
        if not running:
            return ""
        package = running[0].started.package
        return f"Read along: spec-kitty-orchestrator logs {package} --feature {slug} --follow"
    step = _GO_ON if run.ended is None else RESULTS[run.ended.ended].next_step
    return step.format(feature=slug)


def _told(activity: Activity, now: float) -> str:
    if activity.at is None:
        return "nothing printed yet"
    ago = f"{duration(max(now - activity.at, 0))} ago"
    return f"{ago}: {activity.said}" if activity.said else f"active {ago}"


def data(look: Glance) -> dict[str, object]:
    """Returns the look for programs; times are seconds since the epoch."""
    view, run, used = look.view, look.run, look.view.memory.usage
    return {
        "feature_slug": view.feature.slug,
        "run_id": run.id,
        "state": look.state,
        "process": run.process,
        "started_at": view.run.at,
        "ended_at": look.ended_at,
        "reasons": run.ended.reasons if run.ended and not run.process else (),
        "work_packages": [_row(row, look.activity) for row in board.rows(view)],
        "tokens": used.tokens,
        "cost_usd": used.cost_usd,
        "budget_tokens": view.limits.budget_tokens,
        "budget_usd": view.limits.budget_usd,
        "paused_until": {v: t for v, t in view.memory.paused_until.items() if t > view.now},
        "needs_person": board.needs(view),
        "accepted": view.feature.accepted,
        "merged": view.feature.merged,
        "next_step": _next_step(look),
        "other_runs": [
            {"feature_slug": each.started.feature, "run_id": each.id, "state": state_of(each)}
            for each in look.others
        ],
    }


def _row(row: board.Row, activity: Mapping[str, Activity]) -> dict[str, object]:
    package = row.package
    told: dict[str, object] = {
        "wp_id": package.id,
        "title": package.title,
        "lane": package.lane,
        "state": row.state,
        "note": row.note,
        "agent": package.agent,
        "review_rounds": package.review_rounds,
        "attempt": None,
    }
    if row.attempt is not None:
        started = row.attempt.started
        seen = activity.get(started.id, Activity())
        told["attempt"] = {
            "id": started.id,
            "role": started.role,
            "agent": started.agent,
            "started_at": started.at,
            "active_at": seen.at,
            "said": seen.said,
            "waits_for": row.attempt.waits_for,
        }
    return told
