"""Runs the commands of the documentation as they stand there.

The `sh` blocks of a page run one after the other in one shell. A block marked `sh refused` ends
with a command that is refused. A page that needs more than an empty folder has a scene.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from documents import ROOT, blocks

SCENES = Path(__file__).parent / "scenes"

# Each page with the scenes that come before it.
PAGES = {
    "README.md": (),
    "docs/tutorial/first-feature.md": (),
    "docs/tutorial/first-orchestrated-feature.md": (),
    "docs/how-to/choose-agents.md": ("planned",),
    "docs/how-to/forbid-automation.md": ("planned",),
    "docs/how-to/recover.md": ("planned",),
    "docs/how-to/run-unattended.md": ("planned",),
    "docs/how-to/solve-a-conflict.md": ("planned", "solve-a-conflict"),
    "docs/how-to/write-a-provider.md": ("planned",),
}


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_do_what_it_says(page: str, tmp_path: Path) -> None:
    script = "\n".join(["set -eu", *map(_scene, PAGES[page]), *_commands(Path(page))])

    ended = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout


def test_every_page_with_commands_is_run() -> None:
    how_to = {f"docs/how-to/{path.name}" for path in (ROOT / "docs" / "how-to").iterdir()}
    tutorials = {f"docs/tutorial/{path.name}" for path in (ROOT / "docs" / "tutorial").iterdir()}

    assert set(PAGES) == {"README.md"} | how_to | tutorials


def _scene(name: str) -> str:
    return (SCENES / f"{name}.sh").read_text()


def _commands(page: Path) -> list[str]:
    commands = []
    for block in blocks(page):
        if block.info == "sh":
            commands.append(block.text)
        elif block.info == "sh refused":
            commands.append(f"set +e\n{block.text}\ntest $? -eq 1 || exit 99\nset -e")
    return [f"echo '--- block {number}'\n{text}" for number, text in enumerate(commands, 1)]


def _environment() -> dict[str, str]:
    programs = os.path.dirname(sys.executable)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "SOURCE": str(ROOT)}
