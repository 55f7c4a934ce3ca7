"""Tells one small feature, from claim to merge, on any repository through the program's doors.

One work package is claimed, worked on, submitted, reviewed, integrated; another is canceled with
work in it, which is salvaged; then the feature is accepted and merged, and its journal audited.
A scene without `prefix` is played inside this process, with the same doors: starting Python a
dozen times would take most of the time.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from door import PATIENCE_SECONDS, POLICY, PROGRAM, Answer, check_contract, check_exit_status
from project import SLUG
from spec_kitty.application.host import Host
from spec_kitty.doors import api
from spec_kitty.doors.cli import program
from spec_kitty.wiring import open_host

BOT = ("--actor", "bot", "--policy", POLICY)
CRITIC = ("--actor", "critic", "--policy", POLICY)
ROOM = "034-cats-WP01"
_LARGE = 10_000_000


@dataclass
class Scene:
    """Is a repository, and how the program is called on it.

    `git_dir` is where tests look; `place` is the folder of the calls, `top` has `.worktrees`,
    `landed` is the checkout of the target that must follow, None where there is none. `work` is
    done in the workspace of WP01, besides writing `file`; `converted` says that git does not give
    back the very bytes that were written; `asked_from` is where a person's git finds the
    repository, if not in `landed`.
    """

    git_dir: Path
    place: Path
    top: Path | None = None
    landed: Path | None = None
    target: str = "main"
    file: str = "cat.py"
    content: bytes = b"meow = 1\n"
    work: Callable[[Path], None] = lambda _: None
    environment: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    converted: bool = False
    asked_from: Path | None = None

    def git(self, *words: str | Path) -> str:
        """Asks git, whoever owns the repository and whatever the caller's settings are."""
        trusting = ("-c", "safe.directory=*", "-c", "safe.bareRepository=all", "-c", "color.ui=no")
        asked = ["git", *trusting, f"--git-dir={self.git_dir}", *words]
        ended = subprocess.run(asked, cwd=self.git_dir, capture_output=True, check=False)
        assert ended.returncode == 0, (words, os.fsdecode(ended.stderr))
        return os.fsdecode(ended.stdout).removesuffix("\n")

    def call(self, *words: str) -> Answer:
        """Calls the contract's door about the feature, and holds the answer to the contract."""
        status, out, said = self._run("orchestrator-api", *words, "--feature", SLUG)
        assert out.count("\n") == 1, (words, out, said)
        assert "Traceback" not in said, said
        answer = Answer(status, json.loads(out), said)
        check_contract(answer.envelope)
        check_exit_status(answer)
        return answer

    def done(self, *words: str) -> dict[str, Any]:
        """Returns the data of a call that must succeed."""
        answer = self.call(*words)
        assert answer.envelope["success"], (words[0], answer.envelope["data"]["message"])
        return answer.data

    def type(self, *words: str) -> str:
        """Types a command for people, which must succeed; returns what it shows."""
        status, out, said = self.type_anyhow(*words)
        assert status == 0, (words, out, said)
        return out

    def type_anyhow(self, *words: str) -> tuple[int, str, str]:
        """Types a command for people; returns its exit status and what it wrote where."""
        return self.type_plainly(*words, "--feature", SLUG)

    def type_plainly(self, *words: str) -> tuple[int, str, str]:
        """Types a command that is not about the feature."""
        return self._run(*words)

    def _run(self, *words: str) -> tuple[int, str, str]:
        if not self.prefix:
            with mock.patch.dict(os.environ, self.environment):
                return _inside(self.place, list(words))
        ended = subprocess.run(
            [*self.prefix, PROGRAM, *words],
            cwd=self.place,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return ended.returncode, os.fsdecode(ended.stdout), os.fsdecode(ended.stderr)


def _inside(place: Path, words: list[str]) -> tuple[int, str, str]:
    opened: list[Host] = []

    def open_here() -> Host:
        opened.append(open_host(str(place)))
        return opened[-1]

    with _streams() as (out, said):
        try:
            if words[0] == "orchestrator-api":
                status = api.run(words[1:], open_here)
            else:
                status = program.run(words, open_here)
        finally:
            for host in opened:
                host.ports.close()
    return status, _text(out), _text(said)


@contextlib.contextmanager
def _streams() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    out, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        yield out, said


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return os.fsdecode(stream.buffer.getvalue())


def claim(scene: Scene) -> Path:
    """Claims WP01 and does its work; returns the workspace."""
    room = Path(scene.done("start-implementation", "--wp", "WP01", *BOT)["workspace_path"])
    assert scene.top is None or room == scene.top / ".worktrees" / ROOM
    file = room / scene.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(scene.content)
    scene.work(room)
    return room


def submit(scene: Scene) -> Answer:
    return scene.call("transition", "--wp", "WP01", "--to", "for_review", *BOT)


def integrate(scene: Scene) -> None:
    """Submits WP01 and has it reviewed."""
    head = scene.done("transition", "--wp", "WP01", "--to", "for_review", *BOT)["head_commit"]
    assert scene.done("start-review", "--wp", "WP01", *CRITIC)["head_commit"] == head
    assert "WP01" in scene.type("review", "WP01")
    words = ("--wp", "WP01", "--to", "done", "--review-ref", "r/1")
    scene.done("transition", *words, *CRITIC)


def cancel_with_work(scene: Scene) -> None:
    """Starts WP02, works in it, cancels it, and finds the work again."""
    room = Path(scene.done("start-implementation", "--wp", "WP02", *BOT)["workspace_path"])
    (room / "lost.py").write_text("lost\n")
    scene.done("transition", "--wp", "WP02", "--to", "canceled", "--note", "No.", *BOT)
    assert not room.exists()
    kept = f"refs/spec-kitty-salvage/{SLUG}/WP02/1"
    assert scene.git("cat-file", "blob", f"{kept}:lost.py") == "lost"


def land(scene: Scene) -> None:
    """Accepts and merges: exactly the accepted tree, and the checkout with it."""
    assert "WP01" in scene.type("status")
    assert scene.done("feature-state")["summary"]["total"] == 2
    tree = scene.done("accept-feature", *BOT)["tree"]
    assert scene.done("merge-feature", *BOT)["worktree_removed"] is True
    assert scene.git("rev-parse", f"refs/heads/{scene.target}^{{tree}}") == tree
    if scene.landed is not None:
        require_followed(scene, scene.landed)


def require_followed(scene: Scene, checkout: Path) -> None:
    """Asserts that the checkout has what landed, and that git finds nothing changed there."""
    found = (checkout / scene.file).read_bytes()
    assert scene.converted or found == scene.content
    own = os.environ | dict(scene.environment)
    env = {name: held for name, held in own.items() if not name.startswith("GIT_")}
    env |= {name: own[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM") if name in own}
    words = ["git", "-c", "status.showUntrackedFiles=all", "status", "--porcelain"]
    place = scene.asked_from or checkout
    shown = subprocess.run(words, cwd=place, env=env, capture_output=True, check=False)
    assert (shown.returncode, shown.stdout) == (0, b""), (shown.stdout, shown.stderr)


def tell(scene: Scene) -> None:
    """Tells the whole story."""
    room = claim(scene)
    integrate(scene)
    cancel_with_work(scene)
    land(scene)
    assert not room.exists()
    assert "state matches" in scene.type("verify")
    scene.type("doctor")
    scene.git("fsck", "--no-dangling", "--no-progress")


def portrait(scene: Scene) -> tuple[dict[str, bytes], dict[str, str]]:
    """Returns what a refusal must leave as it is: refs, settings, index, all of the files.

    Objects do not count, nor what the host keeps for itself.
    """
    tops = {scene.git_dir, scene.place} | {top for top in (scene.top, scene.landed) if top}
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    for top in sorted(tops):
        for folder, folders, names in os.walk(top):
            folders[:] = [each for each in folders if each not in ("objects", "spec-kitty", "lfs")]
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path):
                    links[path] = os.readlink(path)
                elif os.path.isfile(path) and os.access(path, os.R_OK):
                    size = os.stat(path).st_size
                    files[path] = b"%d" % size if size > _LARGE else Path(path).read_bytes()
    return files, links
