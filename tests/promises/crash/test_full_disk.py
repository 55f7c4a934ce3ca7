"""A full disk loses nothing: a command is done, or refused in words, and done when there is room.

`make test` tries some commands with some room; `make test-crash` each with every amount.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from needed_tools import need_right

from crash.full_disk import Left, can_mount, full_bench_in
from crash.matrix import Matrix
from crash.scenes import SCENES
from crash.strides import STRIDE
from crash.tallies import PROPERTY, Tally

# The disk gives room in pages of 4 KB: less than one is none.
AMOUNTS = [
    *(Left(count, "KB") for count in (0, 4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512)),
    *(Left(count, "names") for count in (0, 1, 2, 4, 8, 16, 32, 64, 128, 256)),
]
SAMPLE = ("start", "submit", "merge")


@pytest.mark.parametrize("name", SCENES if STRIDE else SAMPLE)
def test_a_command_on_a_full_disk_loses_nothing(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    need_right("mount a disk", can_mount(tmp_path))
    tally, refused = Tally(f"disk full: {name}"), 0
    with full_bench_in(tmp_path) as bench:
        matrix = Matrix(bench, SCENES[name])
        for left in AMOUNTS if STRIDE else AMOUNTS[list(SCENES).index(name) % 2 :: 4]:
            bench.restore()
            ended = bench.run_full(matrix.scene.words, left)
            refused += not matrix.ended_well(ended)
            tally.add(left.as_point(), list(matrix.losses(ended)))
    record_property(PROPERTY, tally.as_text())
    assert not tally.told, "\n".join(tally.told)
    assert refused, "the disk was never too full"
