"""Gives attacks something to harm: a program that must not run, and a folder nobody may touch.

A trap is only worth a test if it is armed, so each is first shown to catch an ordinary command.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 60.0
# How long an ordinary command may take until it is taken for one that never ends.
IMPATIENCE_SECONDS = 0.7


@dataclass(frozen=True)
class Canary:
    """Is a program that leaves its name and arguments behind wherever somebody runs it."""

    folder: Path

    @property
    def program(self) -> Path:
        """Serves as hook, filter, driver, helper: takes anything and prints what it is given."""
        return self.named("evil")

    def named(self, name: str) -> Path:
        """Returns the program under a name of its own."""
        file = self.folder / name
        if not file.exists():
            file.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.song}\nexit 0\n')
            file.chmod(0o755)
        return file

    @property
    def song(self) -> Path:
        return self.folder / "song"

    def heard(self) -> list[str]:
        """Returns a line for each time that it ran."""
        return self.song.read_text().splitlines() if self.song.exists() else []

    def hush(self) -> None:
        self.song.unlink(missing_ok=True)


@dataclass(frozen=True)
class Outside:
    """Is a folder that no workspace has any business in."""

    folder: Path

    def picture(self) -> dict[str, tuple[int, bytes]]:
        """Returns mode and content of everything in it."""
        found = {}
        for each in sorted(self.folder.rglob("*")):
            held = b""
            if each.is_symlink():
                held = os.fsencode(os.readlink(each))
            elif each.is_file():
                held = each.read_bytes()
            found[str(each.relative_to(self.folder))] = (each.lstat().st_mode, held)
        return found


def ordinary(folder: Path, *words: str | Path, limit_seconds: float = PATIENCE_SECONDS) -> bool:
    """Runs what a tool would run without a thought; says whether it came to an end in time."""
    try:
        subprocess.run(
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limit_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return True


def springs(canary: Canary, folder: Path, *words: str | Path) -> bool:
    """Says whether an ordinary command runs the canary, and hushes it for what comes next.

    Some programs are started in the background and are waited for.
    """
    ordinary(folder, *words)
    deadline = time.monotonic() + IMPATIENCE_SECONDS
    while not canary.heard() and time.monotonic() < deadline:
        time.sleep(0.01)
    sang = bool(canary.heard())
    canary.hush()
    return sang
