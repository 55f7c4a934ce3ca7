"""Owns how an orchestrator lives and is killed: without a last word, as `kill -9` does it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from spec_kitty_orchestrator.ports import Clock
from spec_kitty_orchestrator.testing.time import StoryLoop

_T = TypeVar("_T")

# So much may happen in one life; more means that it never ends.
MAX_TURNS = 40_000
MAX_SECONDS = 20 * 24 * 3600.0


class Gone(BaseException):
    """The process is dead: nothing that it still tries has any effect."""


@dataclass
class Life:
    """Is one process of an orchestrator; it may be fated to die at a turn of its loop."""

    began: float
    dies_at_turn: int | None = None
    turns: int = 0
    over: bool = False
    at_death: list[Callable[[], None]] = field(default_factory=list)

    def check(self) -> None:
        """Stands at the door of everything that a process can do to the world."""
        if self.over:
            raise Gone

    def kill(self) -> None:
        if not self.over:
            self.over = True
            for each in self.at_death:
                each()
        raise Gone


class LifeClock(Clock):
    def __init__(self, life: Life) -> None:
        self._life = life

    def now(self) -> float:
        return self._life.began + asyncio.get_running_loop().time()


class MortalLoop(StoryLoop):
    """Ends with its life, or when it has turned so often that it will never end."""

    def __init__(self, life: Life) -> None:
        super().__init__()
        self._life = life

    def _run_once(self) -> None:
        life = self._life
        life.check()
        life.turns += 1
        if life.turns == life.dies_at_turn:
            life.kill()
        assert life.turns < MAX_TURNS, "the run turns and turns"
        assert self.time() < MAX_SECONDS, "the run takes for ever"
        super()._run_once()  # type: ignore[misc]


def live(life: Life, work: Coroutine[Any, Any, _T]) -> tuple[_T | None, float]:
    """Returns what the work came to and when it ended; None if the life ended before it."""
    loop = MortalLoop(life)
    loop.set_exception_handler(lambda *_: None)
    result = None
    try:
        result = loop.run_until_complete(_to_the_end(work))
    except Gone:
        pass
    finally:
        life.over = True
        _bury(loop)
        work.close()
    return result, life.began + loop.time()


async def _to_the_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Ends whoever is still there when the work has ended."""
    result = await work
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    return result


def _bury(loop: asyncio.AbstractEventLoop) -> None:
    """Drops all tasks; what they still do on the way out meets a life that is over."""
    for task in asyncio.all_tasks(loop):
        coroutine = task.get_coro()
        for _ in range(10):
            try:
                coroutine.close()
                break
            except (RuntimeError, Gone):
                continue
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.close()
