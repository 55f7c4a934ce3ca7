"""Tables of what a person makes of the advice in a refusal: the command in it, or the plain act.

A row is the words by which the advice is known and what is done about it. What is a command in
the refusal is run as it stands there, in the folder of the project.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from door import PROGRAM
from moments.calls import say
from moments.stages import Stage
from project import SLUG

Act = Callable[[Stage, "re.Match[str]"], str]


def follow(stage: Stage, message: str) -> str | None:
    """Does what the message says and returns what that was; None if it says nothing to do."""
    for words, act in _ADVICE:
        found = re.search(words, message, re.DOTALL)
        if found is not None:
            return act(stage, found)
    return None


def _command(stage: Stage, found: re.Match[str]) -> str:
    """Runs the command that the advice names, as a person types it."""
    told, refused = _run(stage, found.group(1))
    return told if refused is None else f"{told}\n  -> {follow(stage, refused)}"


def _run(stage: Stage, line: str) -> tuple[str, str | None]:
    """Runs a command line; returns how it went, and the whole words of a refusal of ours."""
    env = {**os.environ, "PATH": f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(
        ["sh", "-c", line],
        cwd=stage.repo.path,
        env=env,
        capture_output=True,
        check=False,
        text=True,
    )
    said = ended.stdout + ended.stderr
    told = f"{line} [{ended.returncode}] {' | '.join(said.strip().splitlines()[-6:])}"
    is_ours = line.startswith("spec-kitty") and ended.returncode != 0
    return told, " ".join(said.split()) if is_ours else None


def _ask_doctor(stage: Stage, found: re.Match[str]) -> str:
    """Types what doctor proposes, line by line."""
    said = say(stage.repo.path, ("doctor",)).out
    lines = re.findall(r"^ {8,}((?:git|spec-kitty|rm|mv) [^<\n]+)$", said, re.MULTILINE)
    return "; ".join([found.group(1), *(_run(stage, line)[0] for line in dict.fromkeys(lines))])


def _in_workspace(stage: Stage, found: re.Match[str]) -> str:
    line = found.group(1)
    ended = subprocess.run(
        ["sh", "-c", line], cwd=stage.workspace.path, capture_output=True, check=False, text=True
    )
    return f"in the workspace: {line} [{ended.returncode}] {ended.stderr.strip()}"


def _move_away(stage: Stage, found: re.Match[str]) -> str:
    path = stage.repo.path / found.group(1)
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    return f"mv {path} {aside}"


def _move_away_in(stage: Stage, found: re.Match[str]) -> str:
    (stage.base / "aside").mkdir(exist_ok=True)
    path = Path(found.group(2)) / found.group(1)
    path.rename(stage.base / "aside" / path.name)
    return f"mv {path} aside"


def _delete(_: Stage, found: re.Match[str]) -> str:
    Path(found.group(1)).unlink()
    return f"rm {found.group(1)}"


def _undo_protected(stage: Stage, found: re.Match[str]) -> str:
    stage.workspace.git("checkout", SLUG, "--", "kitty-specs", ".kittify")
    return f"took back what was changed, because: {found.group(0)}"


def _git_in(*words: str) -> Act:
    def act(_: Stage, found: re.Match[str]) -> str:
        folder = found.group("folder")
        ended = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, check=False, text=True
        )
        return f"git -C {folder} {' '.join(words)} [{ended.returncode}] {ended.stderr.strip()}"

    return act


def _abort(stage: Stage, found: re.Match[str]) -> str:
    operation = found.group(1)
    words = ("bisect", "reset") if operation == "bisect" else (operation, "--abort")
    return _git_in(*words)(stage, found)


def _rename_branch(stage: Stage, found: re.Match[str]) -> str:
    line = f"{found.group(1)} kept-{len(stage.repo.git('branch'))}"
    stage.repo.git(*line.split()[1:])
    return line


def _put_back(stage: Stage, found: re.Match[str]) -> str:
    told = _command(stage, found)
    stage.repo.git("commit", "--quiet", "--message", "Put the plan back")
    return told


def _mend_plan(stage: Stage, found: re.Match[str]) -> str:
    """The person puts the plan back as it was when it was first committed."""
    first = stage.repo.git("rev-list", "--reverse", "main", "--", "kitty-specs").split()[0]
    stage.repo.git("rm", "-r", "--quiet", "--ignore-unmatch", "kitty-specs", ".kittify")
    stage.repo.git("checkout", first, "--", "kitty-specs", ".kittify")
    stage.repo.git("commit", "--quiet", "--message", "Mend the plan")
    return f"mended the plan, because: {found.group(0)}"


def _nothing(_: Stage, found: re.Match[str]) -> str:
    return f"tried again: {found.group(0)}"


_ADVICE: tuple[tuple[str, Act], ...] = (
    (r"Restore them with '(git restore \.)' in it", _in_workspace),
    (r"changes paths that are protected\. Undo those changes", _undo_protected),
    (r"(git merge --allow-unrelated-histories \w+)", _command),
    (r"Put its folder back and commit it: (git checkout \w+ -- \S+)", _put_back),
    (r"Accept it \(again\): (spec-kitty accept --feature \S+)$", _command),
    (r"'(spec-kitty doctor --fix)'", _command),
    (r"'(spec-kitty doctor)' says what to do", _ask_doctor),
    (r"give it up there \((git [a-z -]+)\)", _in_workspace),
    (r"(\S+) is in the way of its workspace .* Move it away", _move_away),
    (r"(?:^|\. )(/\S+) is in the way of the workspace .* Move it away", _move_away),
    (
        r"is checked out in (?P<folder>\S+), .* Switch that checkout",
        _git_in("checkout", "--detach"),
    ),
    (r"A (\S+)(?: of \S+)? is under way in (?P<folder>\S+)\. Finish or abort it", _abort),
    (
        r"has (?:uncommitted|staged) changes in (?P<folder>\S+)\. Commit",
        _git_in("stash", "--include-untracked", "--quiet"),
    ),
    (r"(\S+) in (\S+) is not tracked there, .* Move it away", _move_away_in),
    (
        r"checked out more than once: \S+, (?P<folder>\S+)\. Leave it in one",
        _git_in("checkout", "--detach"),
    ),
    (r"(\S+\.lock) exists.*delete that file", _delete),
    (r"Rename it \((git branch -m \S+) <new-name>\)", _rename_branch),
    (r"Mend the file, commit it|Correct and commit the file", _mend_plan),
    (
        r"has unresolved conflicts in (?P<folder>\S+)\. Resolve them and commit",
        _git_in("commit", "--all", "--quiet", "--message", "Resolve it"),
    ),
    # What else a refusal ends with is one command.
    (r": ((?:git|spec-kitty) \S[^:]*)$", _command),
)
