"""Owns time that passes only when everybody waits, so that hours of a run take milliseconds."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from spec_kitty_orchestrator.ports import Clock

_T = TypeVar("_T")

# When a test's story begins, in seconds since the epoch.
START = 1_800_000_000.0


class NothingWillHappen(AssertionError):
    """Everybody waits, and no timer is set: the story would never end."""


class _Selector(selectors.DefaultSelector):
    """Does not wait for a timer: it moves the time on to it."""

    moved = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready and timeout is None:
            raise NothingWillHappen("every task waits, and for nothing that has a time")
        if not ready and timeout is not None:
            self.moved += max(timeout, 0.0)
        return ready


class StoryLoop(asyncio.SelectorEventLoop):
    """Is an event loop whose time jumps to the next timer."""

    def __init__(self) -> None:
        self._moving = _Selector()
        super().__init__(self._moving)

    def time(self) -> float:
        return self._moving.moved


class StoryClock(Clock):
    """Tells the time of the loop that runs."""

    def now(self) -> float:
        return START + asyncio.get_running_loop().time()


def play(story: Coroutine[Any, Any, _T]) -> _T:
    """Runs a story to its end, without waiting. Raises NothingWillHappen."""
    with asyncio.Runner(loop_factory=StoryLoop) as runner:
        return runner.run(story)
