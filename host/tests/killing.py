"""Kills a command of the host at a chosen step, as kill -9 or a power switch does.

The steps are those that Python reports to its audit hooks: whatever opens a file to write,
renames, removes, makes a folder or starts a process. A git that dies in the middle of moving
refs is played by a program of that name that comes first on the PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from door import Word

_PROGRAM = r"""\
import os, signal, sys

last, steps = int(sys.argv[1]), 0
NAMES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.posix_spawn",
         "os.truncate", "os.chmod", "os.utime", "os.link", "subprocess.Popen"}

def step(name, details):
    global steps
    if name == "open":
        if not details[2] & (os.O_WRONLY | os.O_RDWR) or details[0] == os.devnull:
            return
    elif name not in NAMES:
        return
    steps += 1
    os.write(2, b"\1")
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)

from spec_kitty.__main__ import main
sys.argv[:] = ["spec-kitty", "orchestrator-api", *sys.argv[2:]]
sys.addaudithook(step)
main()
"""

_DYING_GIT = """\
#!/bin/sh
# Moves the first refs of one transaction, leaves the locks of the others, and dies with the host.
case " $* " in *" update-ref "*) ;; *) exec {git} "$@" ;; esac
calls=$(($(cat {folder}/calls) + 1))
echo $calls >{folder}/calls
[ $calls -eq {call} ] || exec {git} "$@"
moved=0
while read -r verb ref rest; do
    if [ $moved -lt {moved} ]; then
        echo "$verb $ref $rest" | {git} --git-dir={git_dir} update-ref --stdin
    else
        mkdir -p "$(dirname "{git_dir}/$ref")"
        : >"{git_dir}/$ref.lock"
    fi
    moved=$((moved + 1))
done
kill -9 $PPID
"""


def kill_at(place: Path, step: int, words: tuple[Word, ...]) -> None:
    """Runs the command and kills it right before a step, or lets it end if it takes fewer.

    How many it takes differs by a few: folders of objects are made when they are first needed.
    """
    ended = _run(place, step, words, {})
    assert ended.returncode in (-9, 0), ended


def kill_in_transaction(place: Path, call: int, moved: int, words: tuple[Word, ...]) -> None:
    """Runs the command and kills it in its nth transaction, when so many refs have moved."""
    folder = place.parent / "dying"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "calls").write_text("0")
    git = folder / "git"
    git.write_text(
        _DYING_GIT.format(
            git=shutil.which("git"),
            git_dir=place / ".git",
            folder=folder,
            call=call,
            moved=moved,
        )
    )
    git.chmod(0o755)
    ended = _run(place, 0, words, {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"})
    assert ended.returncode == -9, ended


def _run(
    place: Path, step: int, words: tuple[Word, ...], env: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(step), *words],
        cwd=place,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
