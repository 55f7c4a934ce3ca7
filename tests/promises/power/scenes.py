"""Owns the commands that a power cut hits, each in a scene that makes it do its whole work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deliveries import accept
from door import POLICY, Word
from project import SLUG, Project

_ABOUT: tuple[Word, ...] = ("--feature", SLUG, "--policy", POLICY, "--idempotency-key", "once")
_NOTE = ("--actor", "bot", "--note", "A note.", "--idempotency-key", "once")
_APPROVE = ("--actor", "eve", "--to", "done", "--review-ref", "r/1")
_WP01: tuple[Word, ...] = (*_ABOUT, "--wp", "WP01")


@dataclass(frozen=True)
class Scene:
    """What comes before the command, and the command; an agent may commit just before it."""

    name: str
    before: Callable[[Project], None]
    words: tuple[Word, ...]
    by_an_agent: bool = False


def planned(_: Project) -> None:
    """Leaves the feature as it is planned."""


def started(project: Project) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    project.work("WP01", "src/purr/a.py", "purr = 1\n")
    (project.workspace("WP01") / "README.md").write_text("# Purring cats\n")


def submitted(project: Project) -> None:
    started(project)
    assert project.move("WP01", "for_review").data


def integrated(project: Project) -> None:
    submitted(project)
    assert project.approve("WP01").data


def at_odds(project: Project) -> None:
    project.submit("WP02", "cat.py", "meow = 2\n")
    integrated(project)


def finished(project: Project) -> None:
    """Leaves one work package done, one canceled, and one done whose workspace is dirty."""
    integrated(project)
    project.work("WP01", "forgotten.py", "later = 1\n")
    assert project.start("WP02", "eve").data
    assert project.move("WP02", "canceled", "eve", "--note", "Not needed.").data
    project.finish("WP03", "src/sleep/b.py", "sleep = 1\n")


def accepted(project: Project) -> None:
    finished(project)
    accept(project)


SCENES = (
    Scene("start", planned, ("start-implementation", *_WP01, "--actor", "bot")),
    Scene("submit", started, ("transition", *_WP01, "--actor", "bot", "--to", "for_review")),
    Scene(
        "submit a commit",
        started,
        ("transition", *_WP01, "--actor", "bot", "--to", "for_review"),
        by_an_agent=True,
    ),
    Scene("review", submitted, ("start-review", *_WP01, "--actor", "eve")),
    Scene(
        "done",
        submitted,
        ("transition", *_WP01, *_APPROVE),
    ),
    Scene(
        "conflict",
        at_odds,
        ("transition", *_ABOUT, "--wp", "WP02", *_APPROVE),
    ),
    Scene(
        "release",
        started,
        ("transition", *_WP01, "--actor", "bot", "--to", "planned", "--note", "Enough."),
    ),
    Scene(
        "cancel",
        started,
        ("transition", *_WP01, "--actor", "bot", "--to", "canceled", "--note", "Not needed."),
    ),
    Scene(
        "note",
        started,
        ("append-history", "--feature", SLUG, "--wp", "WP01", *_NOTE),
    ),
    Scene("accept", finished, ("accept-feature", *_ABOUT, "--actor", "bot")),
    Scene("merge", accepted, ("merge-feature", *_ABOUT, "--actor", "bot")),
)


def named(name: str) -> Scene:
    (found,) = (scene for scene in SCENES if scene.name == name)
    return found
