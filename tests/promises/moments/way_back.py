"""Plays a person who wants the feature delivered, whatever state it is found in.

The person knows nothing but what the product says: each refusal's own words lead to the next
step (`advice.py`). Where they lead nowhere, that is the finding.
"""

from __future__ import annotations

from typing import Any

from moments.advice import follow
from moments.calls import Said, ask, say
from moments.losses import Belongings
from moments.stages import Stage
from project import SLUG
from repository import Repo

_MOST_STEPS = 30
_FEATURE = ("--feature", SLUG)


class DeadEnd(AssertionError):
    """The words of the product led the person nowhere."""


class Person:
    """Is alice, who may also act for the bot that holds WP01."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.diary: list[str] = []

    def deliver(self) -> None:
        """Goes on until the feature has landed. Raises DeadEnd."""
        for _ in range(_MOST_STEPS):
            if self._take_a_step():
                return
        raise DeadEnd("\n".join(["It never ends:", *self.diary]))

    def _take_a_step(self) -> bool:
        """Does what is next; says whether all is done."""
        found = ask(self.stage.repo.path, ("feature-state",))
        if found.envelope["error_code"]:
            self._hear(str(found.envelope["error_code"]), found.message)
            return False
        state = found.data
        if state["merge"] and state["merge"]["phase"] == "completed":
            return True
        for package in state["work_packages"]:
            words = self._next(package)
            if words is not None:
                self._do(*words)
                return False
        self._do("merge" if state["acceptance"] else "accept", *_FEATURE)
        return False

    def _next(self, package: dict[str, Any]) -> tuple[str, ...] | None:
        wp = str(package["wp_id"])
        move = ("agent", "tasks", "move-task", wp, *_FEATURE, "--to")
        if package["lane"] == "in_progress":
            solved = self._work(wp, package["conflicts"])
            return (*move, "for_review", "--actor", str(package["claimed_by"]), *solved)
        if package["lane"] == "for_review":
            return (*move, "done")
        if package["lane"] in ("planned", "blocked"):
            if wp == "WP01":
                return ("implement", wp, *_FEATURE, "--actor", "bot")
            return (*move, "canceled", "--note", "Not needed.")
        return None

    def _work(self, wp: str, conflicts: list[dict[str, Any]]) -> list[str]:
        """Does some of the work, if there is a workspace to do it in; the target is always right.

        Returns what the submission says of the conflicts that leave no trace in a file.
        """
        workspace = Repo(self.stage.project.workspace(wp))
        if (workspace.path / "README.md").is_file():
            workspace.write(f"done-{wp}.txt", "done\n")
            for conflict in conflicts:
                workspace.git("checkout", "main", "--", conflict["path"])
        return [word for each in conflicts for word in ("--resolved", each["path"])]

    def _do(self, *words: str) -> None:
        """Runs a command and holds it to it that nothing is lost."""
        have = Belongings(self.stage.base, self.stage.git_dir)
        said = say(self.stage.repo.path, words)
        lost = have.lost()
        assert not lost, (words, said, lost)
        if said.status != 0:
            self._refused(said)

    def _refused(self, said: Said) -> None:
        head, _, message = said.err[said.err.rindex("refused (") :].partition("): ")
        self._hear(head, message.strip())

    def _hear(self, code: str, message: str) -> None:
        """Follows what the refusal says; hearing the same thing again means that it was wrong."""
        heard = f"{code}: {message}"
        if self.diary.count(heard) > 1:
            raise DeadEnd("\n".join(["It does not help:", *self.diary, heard]))
        self.diary.append(heard)
        done = follow(self.stage, message)
        if done is None:
            raise DeadEnd("\n".join(["It says no next step:", *self.diary]))
        self.diary.append(f"  -> {done}")
