"""Puts programs before git and the others that the host starts, to count and to trace them.

Each is a short script. Without a plan in the environment it becomes the real program at once. Git
finds the programs that it starts itself, as those of a push, in a folder of its own; that is
replaced too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("git", "rm", "chmod")
# What a git starts from its own folder.
_OF_GIT = ("git", "git-receive-pack")

# CRASH_FOLDER holds the counts; CRASH_CHILD names the child to trace, or is `all`. A child is named
# by what it does and how many did so before: those that run side by side come in any order.
_SCRIPT = """\
#!/bin/sh
[ -n "$CRASH_CHILD" ] || exec {real} "$@"
act={act} skip=
for word; do
    if [ -n "$skip" ]; then skip=; continue; fi
    case {act}$word in
        git-c | git-C) skip=1 ;;
        git-*) ;;
        git*) act=$word; break ;;
        *) break ;;
    esac
done
export GIT_EXEC_PATH={inner}
number=0
[ ! -e "$CRASH_FOLDER/count-$act" ] || read -r number <"$CRASH_FOLDER/count-$act"
number=$((number + 1))
echo $number >"$CRASH_FOLDER/count-$act"
case $CRASH_CHILD in
    all) exec {strace} -qq $CRASH_TRACE -o "$CRASH_FOLDER/child-$act-$number" {real} "$@" ;;
    $act-$number) ;;
    *) exec {real} "$@" ;;
esac
[ -n "$CRASH_TOGETHER" ] || exec {strace} -qq $CRASH_TRACE -o "$CRASH_FOLDER/hit" {real} "$@"
{strace} -qq $CRASH_TRACE -o "$CRASH_FOLDER/hit" {real} "$@"
status=$?
[ $status -lt 128 ] || kill -9 $PPID
exit $status
"""


def make_shims(folder: Path) -> str:
    """Writes the scripts and returns the PATH that finds them first."""
    inner = folder / "of-git"
    inner.mkdir(parents=True)
    told = subprocess.run(["git", "--exec-path"], capture_output=True, check=True, text=True)
    for program in Path(told.stdout.strip()).iterdir():
        if program.name not in _OF_GIT:
            (inner / program.name).symlink_to(program)
    for name in PROGRAMS:
        _write(folder / name, inner)
    for name in _OF_GIT:
        _write(inner / name, inner)
    scripts = os.path.dirname(sys.executable)
    return os.pathsep.join((str(folder), scripts, os.environ["PATH"]))


def _write(script: Path, inner: Path) -> None:
    name, strace = script.name, shutil.which("strace")
    act = name.removeprefix("git-")
    text = _SCRIPT.format(act=act, real=shutil.which(name), strace=strace, inner=inner)
    script.write_text(text)
    script.chmod(0o755)
