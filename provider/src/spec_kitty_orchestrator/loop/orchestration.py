"""Owns a run from its start to its end: schedule, carry out, wait for what changes.

Host calls and agents are tasks beside the loop, so that none blocks another. The loop decides
nothing: what is done comes from `schedule`, what is remembered goes through `Run.record`.
"""

import asyncio
import contextlib
from collections.abc import Coroutine

from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, Ended, RunEnded
from spec_kitty_orchestrator.domain.scheduling.actions import Action, EndAttempt, Finish, Launch
from spec_kitty_orchestrator.domain.scheduling.schedule import schedule
from spec_kitty_orchestrator.loop import attempts, steps
from spec_kitty_orchestrator.loop.world import Run
from spec_kitty_orchestrator.ports import HostRefused

# The stream of the host's events is opened again after this long when it breaks off.
WATCH_AGAIN_SECONDS = 5.0
# A timer is never set further ahead: the wall clock may be changed meanwhile.
LONGEST_SLEEP_SECONDS = 60.0


class Orchestration:
    """Runs one feature in this process."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._tasks: set[asyncio.Task[None]] = set()
        self._agents: dict[str, asyncio.Task[None]] = {}

    def stop(self) -> None:
        """Asks the run to end: once with grace for running agents, twice at once."""
        if self._run.stopping_since is not None:
            self._run.stop_now = True
        else:
            self._run.stopping_since = self._run.world.clock.now()
        self._run.changed.set()

    def stop_now(self) -> None:
        """Asks the run to end at once."""
        self._run.stop_now = True
        self.stop()

    async def run(self) -> RunEnded:
        """Runs until the feature is done or cannot go on. Raises OSError.

        However it ends, no agent is left running.
        """
        try:
            self._recover()
            self._spawn(self._watch())
            return await self._work()
        except HostRefused as refused:
            unanswered = Finish(Ended.REFUSED, (refused.message,))
        finally:
            await self._end_all()
        return self._finish(unanswered)

    def _recover(self) -> None:
        """Ends what a killed process of this run left behind."""
        run = self._run
        if run.started.resumed:
            run.world.agents.end_orphans(run.started.run_id)
        run.record(run.started)
        for attempt in run.memory.running:
            now = run.world.clock.now()
            why = "The orchestrator was killed while it ran."
            run.record(AttemptEnded(now, attempt.started.id, Failure.LOST, why))

    async def _work(self) -> RunEnded:
        run = self._run
        while True:
            run.changed.clear()
            plan = schedule(run.view())
            for action in plan.actions:
                if isinstance(action, Finish):
                    return self._finish(action)
                self._begin(action)
            await self._until(plan.wake_at)
            if run.failure is not None:
                raise run.failure

    def _finish(self, action: Finish) -> RunEnded:
        ended = RunEnded(self._run.world.clock.now(), action.ended, action.reasons)
        self._run.record(ended)
        return ended

    async def _until(self, wake_at: float | None) -> None:
        """Waits for a change, or for a time."""
        timeout = None
        if wake_at is not None:
            timeout = max(0.0, wake_at - self._run.world.clock.now())
            timeout = min(timeout, LONGEST_SLEEP_SECONDS)
        try:
            async with asyncio.timeout(timeout):
                await self._run.changed.wait()
        except TimeoutError:
            pass

    def _begin(self, action: Action) -> None:
        run = self._run
        if isinstance(action, Launch):
            started = attempts.begin(run, action)
            self._agents[started.id] = self._spawn(attempts.carry_out(run, started))
        elif isinstance(action, EndAttempt):
            task = self._agents.get(action.id)
            if task is not None and not task.cancelling():
                task.cancel(action.reason)
        elif not isinstance(action, Finish):
            run.busy[steps.package_of(action)] = steps.STEPS[type(action)]
            self._spawn(self._step(action))

    async def _step(self, action: steps.StepAction) -> None:
        try:
            await steps.take(self._run, action)
        finally:
            del self._run.busy[steps.package_of(action)]
            self._run.changed.set()

    async def _watch(self) -> None:
        """Looks again whenever somebody else changed the feature, or may have unheard."""
        run = self._run
        cursor = run.feature.cursor
        while True:
            try:
                async for event in run.world.host.watch(run.started.feature, cursor):
                    if event.actor is not None and not event.is_by(run.started.actor):
                        run.foreign += 1
                        await run.look()
                    cursor = event.cursor or cursor
            except HostRefused:
                run.foreign += 1
            await asyncio.sleep(WATCH_AGAIN_SECONDS)
            with contextlib.suppress(HostRefused):
                await run.look()

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._settle)
        return task

    def _settle(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            self._run.fail(problem)

    async def _end_all(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            # One that is ending already is left to end what it started.
            if not task.cancelling():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
