"""Puts programs before git and the others that the host starts, to count and to trace them.

Each is a short script. Without a plan in the environment it becomes the real program at once.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

PROGRAMS = ("git", "rm", "chmod")

# CRASH_FOLDER holds the counts; CRASH_CHILD names the child to trace, or is `all`. A child is named
# by what it does and how many did so before: those that run side by side come in any order.
_SCRIPT = """\
#!/bin/sh
[ -n "$CRASH_CHILD" ] || exec {real} "$@"
act={name} skip=
for word; do
    if [ -n "$skip" ]; then skip=; continue; fi
    case {name}$word in
        git-c | git-C) skip=1 ;;
        git-*) ;;
        git*) act=$word; break ;;
        *) break ;;
    esac
done
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
    folder.mkdir()
    strace = shutil.which("strace")
    for name in PROGRAMS:
        script = folder / name
        script.write_text(_SCRIPT.format(name=name, real=shutil.which(name), strace=strace))
        script.chmod(0o755)
    scripts = os.path.dirname(sys.executable)
    return os.pathsep.join((str(folder), scripts, os.environ["PATH"]))
