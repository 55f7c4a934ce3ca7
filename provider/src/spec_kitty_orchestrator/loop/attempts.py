"""Owns one attempt of an agent, from its prompt to how it ended."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

from spec_kitty_orchestrator.domain.agents import NO_USAGE, Role, Usage
from spec_kitty_orchestrator.domain.characters import speakable
from spec_kitty_orchestrator.domain.prompts import UnusableTemplate
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, AttemptReported, AttemptStarted
from spec_kitty_orchestrator.domain.scheduling.actions import Launch
from spec_kitty_orchestrator.domain.scheduling.keys import attempt_id
from spec_kitty_orchestrator.domain.scheduling.sessions import session_of, used_in
from spec_kitty_orchestrator.domain.verdict import read_verdict
from spec_kitty_orchestrator.loop.briefing import brief
from spec_kitty_orchestrator.loop.world import Run
from spec_kitty_orchestrator.ports import (
    Assignment,
    Caller,
    Ending,
    HostRefused,
    Report,
    StartImplementation,
)

# Without a budget, the use of a running attempt is written down this often at most, in seconds.
REPORT_SECONDS = 2.0
# So much of an agent's last word is kept in the run's log.
MAX_ANSWER = 20_000


def begin(run: Run, action: Launch) -> AttemptStarted:
    """Writes down that an attempt begins, and returns that."""
    package = run.feature.package(action.package)
    agent = run.roster.agents[action.agent]
    started = AttemptStarted(
        run.world.clock.now(),
        attempt_id(run.view(), package, action.role),
        package.id,
        action.role,
        agent.name,
        agent.vendor,
        package.attempt,
        package.head_commit if action.role is Role.REVIEW else None,
        action.asks_again,
        session_of(run.memory, action),
    )
    run.record(started)
    return started


async def carry_out(run: Run, started: AttemptStarted) -> None:
    """Lets the agent work and writes down how it ended, also when the attempt is cancelled."""
    attempt, cancelled = _Attempt(run, started), None
    try:
        ending = await _ending_of(attempt)
    except asyncio.CancelledError as cancellation:
        cancelled = cancellation
        why = str(cancelled.args[0]) if cancelled.args else "The run was ended."
        ending = Ending(Failure.ENDED, why)
    try:
        attempt.end(ending)
    finally:
        await _surely(attempt.tidy())
    if cancelled is not None:
        raise cancelled


async def _ending_of(attempt: "_Attempt") -> Ending:
    try:
        return await attempt.work()
    except (HostRefused, UnusableTemplate) as problem:
        why = str(problem)
    except OSError as problem:
        why = f"{(problem.strerror or str(problem)).rstrip('.')}."
    return Ending(Failure.CRASH, f"The attempt could not be prepared: {why}")


async def _surely(work: Coroutine[None, None, None]) -> None:
    """Lets work come to its end before a cancellation goes on."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


class _Attempt:
    """Follows one attempt: what it reports, and what it used so far."""

    def __init__(self, run: Run, started: AttemptStarted) -> None:
        self._run = run
        self._started = started
        self._agent = run.roster.agents[started.agent]
        self._package = run.feature.package(started.package)
        self._before = used_in(run.memory, started)
        self._usage: Usage = NO_USAGE
        self._session = started.session
        self._waits_for: str | None = None
        self._reported_at = float("-inf")
        self._copy: Path | None = None

    async def work(self) -> Ending:
        run, started = self._run, self._started
        if started.role is Role.IMPLEMENT:
            folder, task = await self._workspace()
            return await self._assign(folder, task, None)
        workspace, task = await self._place()
        self._copy = await run.world.copies.make(workspace, started.head or "", started.id)
        return await self._assign(self._copy, task, self._copy)

    async def tidy(self) -> None:
        """Removes the copy that a reviewer worked in."""
        if self._copy is not None:
            await self._run.world.copies.discard(self._copy)

    async def _assign(self, folder: Path, task: Path | None, copy: Path | None) -> Ending:
        run, started, limits = self._run, self._started, self._run.started.limits
        assignment = Assignment(
            started.id,
            run.started.run_id,
            run.started.feature,
            started.package,
            started.role,
            started.attempt,
            self._agent,
            folder,
            await brief(run, started, self._package, task, copy),
            limits.timeout_seconds,
            limits.stall_seconds,
            started.session,
            self._before,
        )
        return await run.world.agents.work(assignment, self._hear)

    async def _place(self) -> tuple[Path, Path | None]:
        """Returns the workspace and the text of the work package."""
        run, package = self._run, self._package.id
        if package not in run.places:
            host, feature = run.world.host, run.started.feature
            place = await run.ask(lambda: host.workspace(feature, package))
            if not place.exists:
                return place.folder, place.prompt
            run.places[package] = (place.folder, place.prompt)
        return run.places[package]

    async def _workspace(self) -> tuple[Path, Path | None]:
        """Returns the same, and has the workspace made again if it is gone."""
        run, started = self._run, self._started
        folder, prompt = await self._place()
        if folder.is_dir():
            return folder, prompt
        policy = run.world.agents.policy(self._agent, started.role)
        key = f"{run.started.run_id}/{started.id}/workspace"
        caller = Caller(run.started.actor, run.started.run_id, policy, key)
        request = StartImplementation(started.package, started.agent)
        host, feature = run.world.host, run.started.feature
        answer = await run.ask(lambda: host.change(feature, request, caller))
        run.places[started.package] = (answer.workspace or folder, answer.prompt or prompt)
        return run.places[started.package]

    def _hear(self, report: Report) -> None:
        try:
            self._take_down(report)
        except OSError as problem:
            # Raised into the adapter, it would pass for something that the agent did.
            self._run.fail(problem)

    def _take_down(self, report: Report) -> None:
        run, now = self._run, self._run.world.clock.now()
        run.listener.report(self._started.id, report)
        news = report.session is not None and report.session != self._session
        self._session = report.session or self._session
        if report.session_usage is not None:
            self._usage = report.session_usage.minus(self._before).priced(self._agent.price)
        due = report.session_usage is not None and self._is_due(now)
        # That it waits no longer is to be told too.
        if news or due or report.waits_for != self._waits_for:
            self._reported_at, self._waits_for = now, report.waits_for
            used = None if self._usage == NO_USAGE else self._usage
            run.record(
                AttemptReported(now, self._started.id, self._session, used, report.waits_for)
            )

    def _is_due(self, now: float) -> bool:
        """Says whether the use is to be written down: at once where it may end the run."""
        limits = self._run.started.limits
        if limits.budget_usd is not None or limits.budget_tokens is not None:
            return True
        return now - self._reported_at >= REPORT_SECONDS

    def end(self, ending: Ending) -> None:
        verdict, failure, message = None, ending.failure, ending.message
        if self._started.role is Role.REVIEW and failure is None:
            verdict = read_verdict(ending.answer)
            if verdict is None:
                failure, message = Failure.NO_VERDICT, "The reviewer gave no clear verdict."
        self._run.record(
            AttemptEnded(
                self._run.world.clock.now(),
                self._started.id,
                failure,
                speakable(message),
                ending.answer[-MAX_ANSWER:],
                ending.resets_at,
                self._usage,
                self._session,
                verdict,
            )
        )
