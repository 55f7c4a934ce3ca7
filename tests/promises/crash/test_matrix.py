"""Every changing command, stopped at each of its system calls that changes something.

`make test` tries a sample, chosen so that over all commands each kind of call is stopped in each
way; `make test-crash` tries all of it.
"""

from collections.abc import Callable

import click
import pytest

from crash.bench import Bench
from crash.equals import tried
from crash.matrix import Matrix
from crash.points import Point
from crash.scenes import READERS, SCENES
from crash.strides import START, STRIDE
from crash.tallies import PROPERTY, Tally
from spec_kitty.domain.lanes import LANE_WORDS
from spec_kitty.domain.planning.settings import MERGE_STRATEGIES
from spec_kitty.doors.cli.program import program
from spec_kitty.doors.commands import COMMANDS

SAMPLE = 4


def sample(points: list[Point], turn: int) -> list[Point]:
    """Returns a few points, of other kinds for each turn."""
    kinds: dict[tuple[bool, str], list[Point]] = {}
    for point in points:
        kinds.setdefault((point.is_kill, point.place.kind), []).append(point)
    names = sorted(kinds)
    chosen = [kinds[names[(turn + 3 * each) % len(names)]] for each in range(SAMPLE)]
    return [group[17 * turn % len(group)] for group in chosen]


@pytest.mark.parametrize("name", SCENES)
def test_a_command_that_is_stopped_loses_nothing(
    name: str, bench: Bench, record_property: Callable[[str, object], None]
) -> None:
    matrix = Matrix(bench, SCENES[name])
    points = tried(matrix.points)
    chosen = points[START::STRIDE] if STRIDE else sample(points, list(SCENES).index(name))
    tally = Tally(name)
    if STRIDE:
        tally.leave_out([point for point in matrix.points if point not in points])
    for point in chosen:
        ended = matrix.stop(point)
        if ended is not None:
            tally.add(point, list(matrix.losses(ended)))
    record_property(PROPERTY, tally.as_text())
    missed = len(chosen) - tally.tried
    assert missed <= max(1, len(chosen) // 5), f"{missed} of {len(chosen)} were not come to"
    assert not tally.told, "\n".join(tally.told)


def test_each_changing_command_of_the_contract_has_a_scene() -> None:
    """A command without one: give it a scene in scenes.py."""
    covered = {scene.covers.split(" ")[0] for scene in SCENES.values() if scene.by_program}

    assert covered == {command.name for command in COMMANDS if command.changes_state}


def test_each_lane_and_each_way_to_merge_has_a_scene() -> None:
    """A lane, strategy or switch without one: give it a scene in scenes.py."""
    covered = {scene.covers for scene in SCENES.values() if scene.by_program}
    (merge,) = [command for command in COMMANDS if command.name == "merge-feature"]
    switches = {flag.name for flag in merge.flags if flag.kind == "switch"} - {"json"}

    assert {f"transition {lane}" for lane in LANE_WORDS} <= covered
    assert {f"merge-feature --strategy {each}" for each in MERGE_STRATEGIES} <= covered
    assert {f"merge-feature --{each}" for each in switches} <= covered


def test_each_command_for_people_has_a_scene_or_only_reads() -> None:
    """A command with neither: give it a scene in scenes.py, or name it among the readers."""
    covered = {scene.covers for scene in SCENES.values() if not scene.by_program}

    assert covered | READERS == set(_leaves(program, ""))
    assert not covered & READERS


def _leaves(command: click.Command, name: str) -> list[str]:
    if not isinstance(command, click.Group):
        return [name]
    context = click.Context(command)
    found = []
    for inner in command.list_commands(context):
        held = command.get_command(context, inner)
        assert held is not None
        found += _leaves(held, f"{name} {inner}".strip())
    return found
