"""A folder of very many files: done in bounded memory."""

from __future__ import annotations

import os
from pathlib import Path

from extent import STRIDE

from door import POLICY, call
from hostile.stages import Scene
from project import SLUG

COUNT = 100_000 if STRIDE else 5_000
# Of address space, for the host and for each of its gits.
LIMITS = ("prlimit", f"--as={512 << 20}")


def fill(folder: Path) -> None:
    """Makes empty files, all in one folder."""
    folder.mkdir()
    opened = os.open(folder, os.O_RDONLY)
    for number in range(COUNT):
        os.close(os.open(f"{number}", os.O_WRONLY | os.O_CREAT, dir_fd=opened))
    os.close(opened)


def test_a_folder_of_very_many_files_is_submitted_or_thrown_away_in_bounded_memory(
    scene: Scene,
) -> None:
    for package in ("WP01", "WP03"):
        fill(scene.project.workspace(package) / "many")
    words = ("transition", "--feature", SLUG, "--actor", "bot", "--policy", POLICY)

    submitted = call(scene.main, *words, "--wp", "WP01", "--to", "for_review", limits=LIMITS)
    canceled = call(
        scene.main, *words, "--wp", "WP03", "--to", "canceled", "--note", "No.", limits=LIMITS
    )

    head = submitted.data["head_commit"]
    assert len(scene.main.git("ls-tree", "--name-only", f"{head}:many").splitlines()) == COUNT
    assert canceled.data["to_lane"] == "canceled"
    assert not scene.project.workspace("WP03").exists()
    kept = f"refs/spec-kitty-salvage/{SLUG}/WP03/1"
    assert len(scene.main.git("ls-tree", "--name-only", f"{kept}:many").splitlines()) == COUNT
