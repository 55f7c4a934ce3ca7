"""Owns what can be seen of an image without starting anything: enough to try every cut.

A ref that leads nowhere, refs that moved in part with nothing left that says so, and, after the
answer, refs or files that are not what was answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from power.checks import Played
from power.cuts import MODELS, Image, cuts, images
from power.disk import Disk, Named, Sync
from power.recording import Recording
from power.refs import broken, refs

_REFS = ".git/refs"
_INTENTS = ".git/spec-kitty/intent/"
State = tuple[tuple[str, str], ...]


def glance_at(
    played: Played, recording: Recording, every: int = 1, models: Collection[str] = MODELS
) -> Iterator[str | None]:
    """Gives for each image of a recording, the last cuts first, what is wrong with it, if it is.

    Of all cuts it takes every so many, and always those at which a ref has just moved.
    """
    settled = settled_states(played.recording)
    chosen = {*list(cuts(recording))[::-every], *_ref_moves(recording)}
    for cut in sorted(chosen, reverse=True):
        for model in models:
            for image in images(recording, cut, model):
                wrong = glance(played, image, settled)
                yield f"{played.scene.name}, {image.name}: {wrong}" if wrong else None


def glance(played: Played, image: Image, settled: Collection[State]) -> str | None:
    if played.scene.by_an_agent and not image.acknowledged:
        return None  # what nobody answered for is the agent's own
    lost = broken(image.disk)
    if lost:
        return lost[0]
    if image.acknowledged:
        if refs(image.disk) != refs(played.recording.nodes):
            return "a ref is not as answered"
        if image.disk.outside_git() != played.recording.nodes.outside_git():
            return "a file is not as answered"
    elif not _intents(image.disk) and _state(image.disk) not in settled:
        return "refs have moved in part, and no intent says so"
    return None


def _ref_moves(recording: Recording) -> list[int]:
    return [
        number + 1
        for number, step in enumerate(recording.steps)
        if isinstance(step, Named) and recording.paths[step.names[0].folder].startswith(_REFS)
    ]


def settled_states(recording: Recording) -> set[State]:
    """Returns the states of all refs at which no intent was there, had nothing been cut."""
    disk = recording.disk()
    found = {_state(disk)}
    for step in recording.steps:
        disk.apply(step)
        if not _intents(disk):
            found.add(_state(disk))
    return found


def without(recording: Recording, number: int) -> Recording:
    """Returns the recording as if one of its syncs had not been made."""
    assert isinstance(recording.steps[number], Sync)
    steps = recording.steps[:number] + recording.steps[number + 1 :]
    return replace(recording, steps=steps)


def _intents(disk: Disk) -> list[str]:
    return [
        path
        for path, node in disk.walk()
        if path.startswith(_INTENTS) and path.endswith(".json") and node.content
    ]


def _state(disk: Disk) -> State:
    return tuple(sorted(refs(disk).items()))
