"""What people are shown of hostile work: all of it, and nothing that steers their terminal."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from door import POLICY, PROGRAM
from hostile.stages import Scene
from project import SLUG


def test_an_attribute_cannot_hide_what_is_reviewed_or_searched(scene: Scene) -> None:
    secret = "AKIA" + "IOSFODNN7" + "EXAMPLF"
    attributes = "* -diff -text binary export-subst ident conflict-marker-size=99\n"
    scene.workspace.write(".gitattributes", attributes)
    scene.main.write(".gitattributes", attributes)
    scene.main.git("add", ".gitattributes")
    (scene.git_dir / "info").mkdir(exist_ok=True)
    (scene.git_dir / "info/attributes").write_text(attributes)
    scene.workspace.write("loud.py", f"key = '{secret}'\n")
    scene.workspace.git("add", "--all")
    assert secret not in scene.workspace.git("diff", "--cached")
    refused = scene.project.move("WP01", "for_review").refusal
    assert (refused[0], refused[1]["guard"]) == ("TRANSITION_REJECTED", "credentials")
    scene.workspace.write("loud.py", "key = 'quiet'\n")
    assert scene.project.move("WP01", "for_review").data
    assert "+key = 'quiet'" in scene.say("review", "WP01", "--feature", SLUG)


def test_a_review_on_a_terminal_is_not_steered(scene: Scene) -> None:
    steer = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    scene.workspace.write("a\x1b[31mred\nnew\u202e.py", f"x = '{steer}'\n")
    scene.workspace.git("add", "--all")
    scene.workspace.git("commit", "--quiet", "--message", f"Subject {steer}")
    assert scene.project.move("WP01", "for_review").data
    note = ("--actor", "eve", "--policy", POLICY, "--note", f"note {steer}")
    scene.project.api("append-history", "--wp", "WP01", *note)
    assert steer[:3] in on_a_terminal(
        scene, "git", "log", "--max-count=1", "--format=%s", scene.branch
    )
    for words in (("review", "WP01"), ("status",), ("history",), ("why",), ("verify",)):
        shown = on_a_terminal(scene, "spec-kitty", *words)
        assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(without_colours(shown)), words


def on_a_terminal(scene: Scene, *words: str) -> str:
    shown = subprocess.run(
        ["script", "--quiet", "--command", " ".join(words), "/dev/null"],
        cwd=scene.main.path,
        env={**os.environ, "PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}", "PAGER": "cat"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return shown.stdout.decode(errors="surrogateescape")


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
