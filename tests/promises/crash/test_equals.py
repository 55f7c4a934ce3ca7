"""What stands for what in the matrix: where one point is tried for another, both end alike."""

import re
from itertools import pairwise

from crash.bench import Bench
from crash.equals import tried
from crash.matrix import Matrix
from crash.points import HOST, KILL, Place, Point, points
from crash.portrait import left_behind, portrait
from crash.scenes import SCENES

PAIRS = 4


def at(call: str, number: int, about: str = "", how: str = KILL) -> Point:
    return Point(Place(HOST, call, number, about or f"file {number}"), how)


def left_out(given: list[Point]) -> list[Point]:
    return [point for point in given if point not in tried(given)]


def test_a_kill_at_a_sync_is_tried_at_the_next_change() -> None:
    first, sync, change, last = at("write", 1), at("fsync", 1), at("rename", 1), at("fsync", 2)

    assert left_out([first, sync, change, last]) == [sync]


def test_an_error_at_a_sync_is_tried() -> None:
    assert left_out([at("fsync", 1, how="EIO"), at("rename", 1)]) == []


def test_a_quota_is_tried_at_every_tenth_write() -> None:
    writes = [at("write", number, how="EDQUOT") for number in range(1, 22)]

    assert [each.place.number for each in tried(writes)] == [1, 11, 21]


def test_of_a_long_row_the_ends_and_the_middle_are_tried() -> None:
    row = [at("unlink", number, "old object") for number in range(20)]
    between = [at("unlink", number, "spare") for number in range(20, 40)]
    mixed = [point for pair in zip(row, between, strict=True) for point in pair]

    assert [each.place.number for each in tried(mixed)] == [0, 20, 1, 21, 10, 30, 18, 38, 19, 39]


def test_the_same_call_at_other_moments_is_no_row() -> None:
    calls = ("open", "write", "fsync", "rename") * 10
    given = [at(call, number, call) for number, call in enumerate(calls)]

    assert left_out(given) == [each for each in given[:-1] if each.place.call == "fsync"]


def test_every_way_to_stop_a_call_is_a_point() -> None:
    hows = [point.how for point in points(Place("git", "write", 1, "file"))]

    assert hows == ["killed", "child killed", "ENOSPC", "EIO", "EDQUOT"]


def test_what_a_kill_at_a_sync_leaves_the_kill_at_the_next_change_leaves(bench: Bench) -> None:
    matrix = Matrix(bench, SCENES["submit"])
    kills = [each for each in matrix.points if each.how == KILL and not each.place.process]
    pairs = [
        (sync, change)
        for sync, change in pairwise(kills)
        if change.place.kind == "rename" and _file_of(sync) in change.place.about
    ]

    assert len(pairs) >= PAIRS
    for sync, change in pairs[:: len(pairs) // PAIRS]:
        assert _left(matrix, sync) == _left(matrix, change)


def _file_of(sync: Point) -> str:
    """Returns the file that is synced; nothing that a rename names for another call."""
    found = re.search("<(.+)>", sync.place.about) if sync.place.kind == "sync" else None
    return f'"{found[1]}"' if found else "none"


def _left(matrix: Matrix, point: Point) -> object:
    ended = matrix.stop(point)
    assert ended is not None, point
    return left_behind(matrix.bench.place), matrix.events(), portrait(matrix.bench.place)
