"""Tables of what is asked of the host at each odd moment: all of the contract, all for people."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from door import PATIENCE_SECONDS, POLICY, PROGRAM, Answer, call
from project import SLUG

_WHO = ("--actor", "bot", "--policy", POLICY)
_WP = ("--wp", "WP01")
_NOTE = ("--note", "For a reason.")
_REF = ("--review-ref", "review/1")

READS: dict[str, tuple[str, ...]] = {
    "feature-state": (),
    "list-ready": (),
    "explain": (),
    "forecast": (),
    "resolve-workspace": _WP,
    "check-policy": ("--policy", POLICY),
    "history": (),
}

CHANGES: dict[str, tuple[str, ...]] = {
    "start": ("start-implementation", *_WP, *_WHO),
    "start another": ("start-implementation", "--wp", "WP02", *_WHO),
    "start review": ("start-review", *_WP, "--actor", "critic", "--policy", POLICY),
    "submit": ("transition", *_WP, "--to", "for_review", *_WHO),
    "approve": ("transition", *_WP, "--to", "done", *_WHO, *_REF),
    "send back": ("transition", *_WP, "--to", "in_progress", *_WHO, *_REF, *_NOTE),
    "release": ("transition", *_WP, "--to", "planned", *_WHO, *_NOTE),
    "block": ("transition", *_WP, "--to", "blocked", *_WHO, *_NOTE),
    "cancel": ("transition", *_WP, "--to", "canceled", *_WHO, *_NOTE),
    "note": ("append-history", *_WP, "--actor", "bot", *_NOTE),
    "accept": ("accept-feature", *_WHO),
    "merge": ("merge-feature", *_WHO),
    "record": ("merge-feature", "--recorded", *_WHO),
}

_FEATURE = ("--feature", SLUG)
_MOVE = ("agent", "tasks", "move-task", "WP01", *_FEATURE, "--to")

PEOPLE: dict[str, tuple[str, ...]] = {
    "status": ("status", *_FEATURE),
    "why": ("why", *_FEATURE),
    "tell": ("history", *_FEATURE),
    "verify": ("verify", *_FEATURE),
    "doctor": ("doctor",),
    "salvage": ("salvage", "list"),
    "review": ("review", "WP01", *_FEATURE),
    "list": ("feature", "list"),
    "show": ("feature", "show", SLUG),
    "validate": ("validate", SLUG),
    "implement": ("implement", "WP01", *_FEATURE, "--actor", "bot"),
    "hand in": (*_MOVE, "for_review", "--actor", "bot"),
    "let in": (*_MOVE, "done"),
    "give back": (*_MOVE, "in_progress", "--review-ref", "r/1", "--note", "Again."),
    "set free": (*_MOVE, "planned", "--note", "Gone."),
    "drop": (*_MOVE, "canceled", "--note", "No."),
    "accept": ("accept", *_FEATURE),
    "try merge": ("merge", "--dry-run", *_FEATURE),
    "merge": ("merge", *_FEATURE),
}


def ask(place: Path, words: tuple[str, ...], env: Mapping[str, str] | None = None) -> Answer:
    """Makes one call of the contract; every answer is held against its schemas."""
    return call(place, words[0], *_FEATURE, *words[1:], env=env)


class Said:
    """Is how a command for people ended, and all it wrote."""

    def __init__(self, ended: subprocess.CompletedProcess[bytes]) -> None:
        self.status = ended.returncode
        self.out = ended.stdout.decode(errors="surrogateescape")
        self.err = ended.stderr.decode(errors="surrogateescape")

    def __repr__(self) -> str:
        return f"status {self.status}\n{self.out}\n{self.err}"


def say(place: Path, words: tuple[str, ...], env: Mapping[str, str] | None = None) -> Said:
    """Runs a command for people in a folder."""
    return Said(
        subprocess.run(
            [PROGRAM, *words],
            cwd=place,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    )
