"""Owns when an agent counts as stalled: it prints nothing, and nothing that it started works.

A build that prints nothing for an hour is no stall. What processes use is looked up only when an
agent has been silent for long; until then nothing is polled.
"""

import asyncio
import os
import time

from spec_kitty_orchestrator.adapters.processes.keeper import stat_fields
from spec_kitty_orchestrator.adapters.processes.kept import KeptProcess

# Less of one processor than this is no work: event loops wake up now and then.
_IDLE_SHARE = 0.05
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


async def stall(process: KeptProcess, seconds: float) -> None:
    """Returns when an agent has been silent for so long, and idle for the later half of it.

    The clock is monotonic: time in which the machine is suspended does not count.
    """
    while True:
        await _silence(process, seconds / 2)
        heard_at, since, before = process.heard_at, time.monotonic(), _used(process.keeper_id)
        await asyncio.sleep(seconds / 2)
        while process.heard_at == heard_at:
            now, used = time.monotonic(), _used(process.keeper_id)
            if used - before < _IDLE_SHARE * (now - since):
                return
            since, before = now, used
            await asyncio.sleep(seconds / 2)


async def _silence(process: KeptProcess, seconds: float) -> None:
    while (left := process.heard_at + seconds - time.monotonic()) > 0:
        await asyncio.sleep(left)


def _used(keeper: int) -> float:
    """Returns the processor seconds of a keeper and all below it, as far as they still run."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for name in os.listdir("/proc"):
        fields = stat_fields(name) if name.isdecimal() else []
        if fields:
            parents[int(name)] = int(fields[1])
            ticks[int(name)] = sum(map(int, fields[11:15]))
    found = [keeper]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return sum(ticks.get(pid, 0) for pid in found) / _TICKS_PER_SECOND
