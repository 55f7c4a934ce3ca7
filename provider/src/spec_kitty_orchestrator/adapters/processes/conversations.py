"""Holds one conversation with a running agent within its limits, and ends the agent for sure."""

import asyncio
from collections.abc import Callable

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter
from spec_kitty_orchestrator.adapters.processes.kept import KeptProcess
from spec_kitty_orchestrator.adapters.processes.silence import stall
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

# What an agent that has said its last word gets to end by itself.
_FINISH_SECONDS = 2.0
# What it gets between SIGTERM and SIGKILL.
_GRACE_SECONDS = 2.0
# What an adapter gets to leave a conversation that was broken off.
_LEAVE_SECONDS = 5.0
# What reading an agent's words may raise; no agent's words may end the orchestrator.
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError)


async def hold(
    process: KeptProcess,
    adapter: Adapter,
    assignment: Assignment,
    report: Callable[[Report], None],
) -> Ending:
    """Returns how the conversation ended; no process is left then, nor when this is cancelled."""
    talk = asyncio.create_task(_converse(process, adapter, assignment, report))
    limits = (_too_late(assignment), _stalled(process, assignment), _troubled(process))
    tasks = [talk, *map(asyncio.create_task, limits)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ending = next(task.result() for task in tasks if task.done())
        if talk.done():
            await _finish(process)
    finally:
        for task in tasks:
            task.cancel()
        await _end(process)
        await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)
    return process.trouble.result() if process.trouble.done() else ending


async def _converse(
    process: KeptProcess,
    adapter: Adapter,
    assignment: Assignment,
    report: Callable[[Report], None],
) -> Ending:
    try:
        return await adapter.converse(process, assignment, report)
    except _UNREADABLE as error:
        reason = f"{type(error).__name__}: {error}"
        return Ending(
            Failure.CRASH,
            f"What {assignment.agent.name} said could not be read ({reason}). See its transcript.",
        )


async def _too_late(assignment: Assignment) -> Ending:
    await asyncio.sleep(assignment.timeout_seconds)
    minutes = assignment.timeout_seconds / 60
    return Ending(
        Failure.TIMEOUT,
        f"{assignment.agent.name} was not done within {minutes:g} minutes and was ended. "
        "Allow more with timeout_minutes, or make the work package smaller.",
    )


async def _stalled(process: KeptProcess, assignment: Assignment) -> Ending:
    await stall(process, assignment.stall_seconds)
    minutes = assignment.stall_seconds / 60
    return Ending(
        Failure.STALL,
        f"{assignment.agent.name} printed nothing and did nothing for {minutes:g} minutes and "
        "was ended. Allow longer silence with stall_minutes if that was too early.",
    )


async def _troubled(process: KeptProcess) -> Ending:
    return await asyncio.shield(process.trouble)


async def _finish(process: KeptProcess) -> None:
    """Lets an agent end by itself that has nothing more to say."""
    process.close()
    if not process.trouble.done():
        waiting = asyncio.ensure_future(process.exit_status())
        await asyncio.wait([waiting], timeout=_FINISH_SECONDS)
        waiting.cancel()


async def _end(process: KeptProcess) -> None:
    """Ends the agent; who cancels this once more makes it go faster, but not stop."""
    ending = asyncio.create_task(process.end(_GRACE_SECONDS))
    broken_off: asyncio.CancelledError | None = None
    while not ending.done():
        try:
            await asyncio.wait([ending])
        except asyncio.CancelledError as error:
            broken_off = error
            process.hasten(0.0)
    ending.result()
    if broken_off:
        raise broken_off
