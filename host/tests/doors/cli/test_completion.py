"""What a shell completes."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from door import PATIENCE_SECONDS, PROGRAM
from project import SLUG
from screencast import Screencast

ASK_BASH = """\
PATH=$0:$PATH
eval "$(spec-kitty completion bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_spec_kitty_completion spec-kitty
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(cast: Screencast, *words: str) -> list[str]:
    """Returns what bash offers for the last word."""
    bash = shutil.which("bash")
    assert bash is not None
    ended = subprocess.run(
        [bash, "-c", ASK_BASH, PROGRAM.rpartition("/")[0], "spec-kitty", *words],
        cwd=cast.project.repo.path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["im"], ["implement"]),
        (["implement", ""], ["WP01", "WP02", "WP03"]),
        (["review", "wp03"], ["WP03"]),
        (["implement", "--feature", ""], [SLUG]),
        (["agent", "tasks", "m"], ["move-task"]),
        (["agent", "tasks", "move-task", "WP01", "--to", "d"], ["done"]),
        (["merge", "--strategy", "s"], ["squash"]),
        (["merge", "--dr"], ["--dry-run"]),
        (["implement", "--feature", SLUG, "WP02"], ["WP02"]),
    ],
)
def test_bash_completes(cast: Screencast, words: list[str], offered: list[str]) -> None:
    assert completed(cast, *words) == offered


def test_outside_of_a_project_nothing_is_offered(cast: Screencast) -> None:
    shutil.rmtree(cast.project.repo.path / ".git")
    assert completed(cast, "implement", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(cast: Screencast, shell: str) -> None:
    assert "_SPEC_KITTY_COMPLETE" in cast.type(f"spec-kitty completion {shell}")
