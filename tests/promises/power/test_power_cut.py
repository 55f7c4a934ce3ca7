"""A power cut at any moment: nothing that was answered is lost, and the next command goes on.

Here are samples. SPEC_KITTY_PROMISES=all tries every cut of every command with the real git and
the real host, which takes hours; 10 every tenth.
"""

from __future__ import annotations

import pytest
from extent import STRIDE

from power.checks import loss, play
from power.cuts import MODELS, Image, cuts, images
from power.glances import glance_at
from power.recording import Recording
from power.scenes import SCENES, Scene
from project import Project

# In a sample every so many cuts are looked at without starting anything.
_GLANCE_EVERY = 25


def chosen(recording: Recording, number: int) -> list[Image]:
    """Returns the images that are tried: of a sample, the worst after the answer and one before."""
    last = len(recording.steps)
    if STRIDE:
        every = [image for cut in cuts(recording)[::-STRIDE] for image in _of(recording, cut)]
        return list({image.disk.key(): image for image in every}.values())
    model = MODELS[number % len(MODELS)]
    after, before = _of(recording, last, "folders"), _of(recording, last * 2 // 3, model)
    return [after[0], before[number % len(before)]]


def _of(recording: Recording, cut: int, *models: str) -> list[Image]:
    return [image for model in models or MODELS for image in images(recording, cut, model)]


@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_a_command_survives_a_power_cut(project: Project, scene: Scene) -> None:
    played = play(project, scene)
    glances = list(glance_at(played, played.recording, STRIDE or _GLANCE_EVERY))
    lost = [glance for glance in glances if glance]
    tried = 0
    for image in chosen(played.recording, SCENES.index(scene)):
        if image.acknowledged or not scene.by_an_agent:
            tried += 1
            found = loss(played, image)
            lost += [found] if found else []
    steps, seen = len(played.recording.steps), len(glances)
    print(f"{scene.name}: {steps} steps; images: {seen} seen, {tried} tried, {len(lost)} lost")
    assert lost == []
