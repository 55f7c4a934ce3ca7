"""A git that is ended while it answers."""

import os
import shutil
from pathlib import Path

import pytest


def cut_answers(folder: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Lets git be ended after 1,000 bytes of answers, as often as that."""
    real = shutil.which("git")
    for number in range(times):
        (folder / f"cut-{number}").touch()
    git = folder / "bin" / "git"
    git.parent.mkdir()
    git.write_text(
        f"""#!/bin/sh
for mark in {folder}/cut-*; do
    if [ -e "$mark" ]; then
        rm "$mark"
        {real} "$@" | (dd bs=1 count=1000 status=none; kill -KILL $$)
    fi
done
exec {real} "$@"
"""
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}:{os.environ['PATH']}")
