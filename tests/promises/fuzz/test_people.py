"""The door for people under odd words: a sentence and an exit status, never a defect."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Iterator

import click

from fuzz.scene import FEATURES, PACKAGES, Scene, fingerprint
from fuzz.words import ODD
from spec_kitty.application.host import Host
from spec_kitty.doors.cli import run_for_people
from spec_kitty.doors.cli.program import program
from spec_kitty.wiring import open_host

CALLS, SEED = 400, 3
# A board that is watched ends with its reader only.
_ENDLESS = "watch"


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yields the words of every command that does something."""
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from leaves(inner, (*path, name))


def command_at(path: tuple[str, ...]) -> click.Command:
    found: click.Command = program
    for name in path:
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), name)
        assert inner is not None
        found = inner
    return found


def words_for(path: tuple[str, ...], draws: random.Random) -> list[str]:
    """Draws options and arguments of a command; some fit, most are odd."""
    fitting = (*FEATURES, *PACKAGES, "done", "planned", "alice", "main", "1", "Because.")
    words = list(path)
    for parameter in command_at(path).params:
        if parameter.name == _ENDLESS or draws.random() < 0.4:
            continue
        value = draws.choice(fitting if draws.random() < 0.6 else ODD).replace("\0", "")
        if isinstance(parameter, click.Option):
            words.append(draws.choice(parameter.opts))
            words += [] if parameter.is_flag else [value]
        else:
            words.append(value)
    if draws.random() < 0.2:
        words.insert(draws.randrange(len(words) + 1), draws.choice(ODD))
    return words


def typed(scene: Scene, words: list[str]) -> tuple[int, str]:
    """Returns the exit status and all that is shown."""
    opened: list[Host] = []

    def opener() -> Host:
        opened.append(open_host(str(scene.repo.path)))
        return opened[0]

    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape")
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        try:
            status = run_for_people(words, opener)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
    for host in opened:
        host.close()
    shown.flush()
    shown.seek(0)
    return status, shown.read()


def test_odd_words_are_answered_with_a_sentence(scene: Scene) -> None:
    draws, statuses = random.Random(SEED), set[int]()
    commands = list(leaves(program))
    scene.restore()
    for number in range(CALLS):
        words = words_for(commands[number % len(commands)], draws)
        before = fingerprint(scene.repo.path)
        status, shown = typed(scene, words)
        statuses.add(status)
        assert status in (0, 1, 2), (words, shown)
        assert "Traceback" not in shown, (words, shown)
        assert shown.strip() or status == 0, words
        if status == 2:
            assert fingerprint(scene.repo.path) == before, words
    assert statuses == {0, 1, 2}
