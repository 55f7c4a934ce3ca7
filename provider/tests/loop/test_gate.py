import asyncio

from spec_kitty_orchestrator.loop.gate import Gate
from spec_kitty_orchestrator.testing.time import play


def passed(places: int, *ranks: int) -> list[tuple[float, int]]:
    """Returns when each went through, a second long, and with which rank."""

    async def story() -> list[tuple[float, int]]:
        gate, seen = Gate(places), []

        async def one(rank: int) -> None:
            async with gate.passing(rank):
                seen.append((asyncio.get_running_loop().time(), rank))
                await asyncio.sleep(1)

        await asyncio.gather(*(one(rank) for rank in ranks))
        return seen

    return play(story())


def test_no_more_go_through_at_once_than_there_are_places() -> None:
    assert passed(2, 1, 1, 1, 1, 1) == [(0, 1), (0, 1), (1, 1), (1, 1), (2, 1)]


def test_of_those_that_wait_the_lowest_rank_goes_first_and_then_the_oldest() -> None:
    assert passed(1, 3, 2, 1, 2) == [(0, 3), (1, 1), (2, 2), (3, 2)]


def test_who_is_cancelled_gives_the_place_to_the_next() -> None:
    async def story() -> list[str]:
        gate, seen = Gate(1), []

        async def one(name: str) -> None:
            async with gate.passing(0):
                seen.append(name)
                await asyncio.sleep(1)

        tasks = [asyncio.create_task(one(name)) for name in "abc"]
        await asyncio.sleep(0.5)
        tasks[1].cancel()
        tasks[0].cancel()
        await asyncio.wait(tasks)
        return seen

    assert play(story()) == ["a", "c"]


def test_a_place_that_was_just_given_is_not_lost_when_its_holder_is_cancelled() -> None:
    async def story() -> list[str]:
        gate, seen = Gate(1), []

        async def one(name: str) -> None:
            async with gate.passing(0):
                seen.append(name)

        async with gate.passing(0):
            first = asyncio.create_task(one("first"))
            second = asyncio.create_task(one("second"))
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first, second])
        return seen

    assert play(story()) == ["second"]
