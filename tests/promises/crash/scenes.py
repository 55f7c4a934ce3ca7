"""The scenes of the matrix: for each changing command one in which it does its whole work.

`covers` names what a scene is about, in the words of the tables in the code; a command that no
scene covers fails a test. A scene begins with a planned feature of three work packages.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from shutil import rmtree

from deliveries import accept, finish_all, with_remote
from door import POLICY
from journals import journal_of
from people import Person
from project import SLUG, Project
from spec_kitty.adapters.journal.packing import pack
from spec_kitty.adapters.journal.writing_lock import PACKED_EVERY
from spec_kitty.wiring import open_host

Prepare = Callable[[Project], None]


@dataclass(frozen=True)
class Scene:
    """A command to be stopped, and what leads up to it. `refused` is how it ends, if it does."""

    covers: str
    prepare: Prepare
    words: tuple[str, ...]
    refused: str | None = None
    repeatable: bool = True

    @property
    def by_program(self) -> bool:
        return self.words[0] == "orchestrator-api"


def _set_up(project: Project, text: str) -> None:
    project.repo.write(".kittify/config.toml", text)
    project.repo.commit("Configure")


def planned(project: Project) -> None:
    _set_up(project, '[worktree]\ncopy = [".env", "secrets/*"]\nsetup = "echo made >set-up"\n')
    project.repo.write(".gitignore", ".env\nsecrets/\nset-up\n")
    project.repo.commit("Ignore what is secret")
    project.repo.write(".env", "TOKEN=1\n")
    project.repo.write("secrets/key", "key\n")


def started(project: Project) -> None:
    project.repo.write("src/old.py", "old = 1\n")
    project.repo.write("src/cat.py", "meow = 0\n")
    project.repo.commit("Add files")
    assert project.start("WP01").data
    project.work("WP01", "src/cat.py", "meow = 1\n")
    project.work("WP01", "src/purr/a.py", "purr = 1\n")
    (project.workspace("WP01") / "src/old.py").unlink()


def half_done(project: Project) -> None:
    """One commit of the work is made, more is uncommitted."""
    started(project)
    place = project.workspace("WP01")
    project.repo.git("-C", place, "add", "src/cat.py")
    project.repo.git("-C", place, "commit", "--quiet", "--message", "Meow")


def submitted(project: Project) -> None:
    started(project)
    assert project.move("WP01", "for_review").data


def beside_another(project: Project) -> None:
    """The feature branch has moved on, so that integrating is a merge."""
    submitted(project)
    project.finish("WP02", "src/dog.py", "woof = 1\n")


def conflicting(project: Project) -> None:
    submitted(project)
    project.finish("WP02", "src/cat.py", "meow = 2\n")


def laid_out(project: Project) -> None:
    conflicting(project)
    assert project.approve("WP01").error == "INTEGRATION_CONFLICT"
    project.work("WP01", "src/cat.py", "meow = 3\n")


def done(project: Project) -> None:
    beside_another(project)
    assert project.approve("WP01").data
    project.work("WP01", "src/late.py", "late = 1\n")


def done_beside_target(project: Project) -> None:
    """The target conflicts with the feature: reopening lays that conflict out."""
    done(project)
    project.repo.write("src/cat.py", "meow = 9\n")
    project.repo.commit("Meow on main")


def blocked(project: Project) -> None:
    started(project)
    assert project.move("WP01", "blocked", "bot", "--note", "No power.").data


def released(project: Project) -> None:
    started(project)
    assert project.move("WP01", "planned", "bot", "--note", "Tired.").data


def canceled(project: Project) -> None:
    half_done(project)
    assert project.move("WP01", "canceled", "bot", "--note", "Not needed.").data


def finished(project: Project) -> None:
    project.repo.write("src/dog.py", "woof = 0\n" * 500)
    project.repo.write("src/gone/a.py", "gone = 1\n")
    project.repo.commit("Add a dog")
    host = open_host(str(project.repo.path))
    finish_all(project, Person(host))
    host.ports.close()
    project.work("WP02", "later.py", "later = 1\n")


def checked(project: Project) -> None:
    finished(project)
    _set_up(project, '[verify]\ncommand = "test -e cat.py"\n')


def failing(project: Project) -> None:
    finished(project)
    _set_up(project, '[verify]\ncommand = "false"\n')


def accepted(project: Project) -> None:
    """The target is checked out, and somebody is at work there."""
    finished(project)
    project.repo.write("note.txt", "noted\n")
    project.repo.commit("Meanwhile")
    accept(project)
    project.repo.write("README.md", "# Cats, and more\n")
    project.repo.write("staged.txt", "staged\n")
    project.repo.git("add", "staged.txt")


def accepted_elsewhere(project: Project) -> None:
    accepted(project)
    project.repo.git("stash", "--quiet", "--include-untracked")
    project.repo.git("checkout", "--quiet", "-b", "mine")


def pushing(project: Project) -> None:
    finished(project)
    with_remote(project)
    accept(project)


def merged_elsewhere(project: Project) -> None:
    finished(project)
    project.repo.git("merge", "--quiet", "--squash", SLUG)
    project.repo.commit("Cats, by hand")


def broken(project: Project) -> None:
    """Much is wrong that can be put right: locks, a workspace, the list of what is ignored."""
    half_done(project)
    project.repo.write(".git/refs/spec-kitty/034-cats.lock", "")
    project.repo.write(".git/info/exclude", "")
    project.repo.write(".git/spec-kitty/plans/none.json.tmp", "{")
    rmtree(project.workspace("WP01"))
    long_ago = (1_000_000_000, 1_000_000_000)
    for left in ("refs/spec-kitty/034-cats.lock", "spec-kitty/plans/none.json.tmp"):
        os.utime(project.repo.path / ".git" / left, long_ago)


def bare_project(project: Project) -> None:
    """A repository that knows nothing of the product yet."""
    project.repo.git("rm", "-r", "--quiet", ".kittify", "kitty-specs")
    project.repo.git("commit", "--quiet", "--message", "Start anew")


def packing_due(project: Project) -> None:
    """The next event lets the journal be packed, together with a pack that is there already."""
    words = ("--wp", "WP01", "--actor", "bot", "--note", "Hi.")
    assert project.api("append-history", *words).data
    with journal_of(project.repo) as journal:
        for number in range(2, PACKED_EVERY):
            journal.note("Hi.")
            if number == PACKED_EVERY // 2:
                pack(journal.git, SLUG, number)


def as_planned(project: Project) -> None:
    """Leaves the feature as it is planned."""


def _api(command: str, *words: str, wp: str = "") -> tuple[str, ...]:
    about = ("--feature", SLUG, *(("--wp", wp) if wp else ()))
    return ("orchestrator-api", command, *about, *words)


def _run(command: str, actor: str, *words: str, wp: str = "") -> tuple[str, ...]:
    return _api(command, "--actor", actor, "--policy", POLICY, "--idempotency-key", "k1", *words,
                wp=wp)  # fmt: skip


def _move(to: str, actor: str = "bot", *words: str) -> tuple[str, ...]:
    return _run("transition", actor, "--to", to, *words, wp="WP01")


def note(key: str) -> tuple[str, ...]:
    """Returns a call that changes nothing but the history, and mends what a kill left."""
    words = ("--actor", "bot", "--note", "Hi.", "--idempotency-key", key)
    return _api("append-history", *words, wp="WP01")


def _task(to: str, *words: str) -> tuple[str, ...]:
    return ("agent", "tasks", "move-task", "WP01", "--to", to, *words)


_BACK = ("--review-ref", "r/1", "--note", "Louder.")
_WHY = ("--note", "For a reason.")
_CONFLICT = "INTEGRATION_CONFLICT"

SCENES = {
    "start": Scene(
        "start-implementation", planned, _run("start-implementation", "bot", wp="WP01")
    ),
    "start again": Scene(
        "start-implementation", released, _run("start-implementation", "eve", wp="WP01")
    ),
    "review": Scene("start-review", submitted, _run("start-review", "eve", wp="WP01")),
    "submit": Scene("transition for_review", half_done, _move("for_review")),
    "submit solved": Scene("transition for_review", laid_out, _move("for_review")),
    "approve": Scene("transition done", beside_another, _move("done", "eve", *_BACK[:2])),
    "conflict": Scene("transition done", conflicting, _move("done", "eve", *_BACK[:2]), _CONFLICT),
    "send back": Scene("transition in_progress", submitted, _move("in_progress", "eve", *_BACK)),
    "reopen": Scene("transition in_progress", done, _move("in_progress", "eve", *_BACK)),
    "reopen on target": Scene(
        "transition in_progress", done_beside_target, _move("in_progress", "eve", *_BACK)
    ),
    "unblock": Scene("transition in_progress", blocked, _move("in_progress")),
    "release": Scene("transition planned", started, _move("planned", "bot", *_WHY)),
    "block": Scene("transition blocked", started, _move("blocked", "bot", *_WHY)),
    "cancel": Scene("transition canceled", half_done, _move("canceled", "bot", *_WHY)),
    "note": Scene("append-history", as_planned, note("k1")),
    "note that packs": Scene("append-history", packing_due, note("k1")),
    "accept": Scene("accept-feature", checked, _run("accept-feature", "bot")),
    "accept failing": Scene(
        "accept-feature", failing, _run("accept-feature", "bot"), "VERIFICATION_FAILED", False
    ),
    "merge": Scene(
        "merge-feature --strategy merge",
        accepted,
        _run("merge-feature", "bot", "--strategy", "merge"),
    ),
    "squash": Scene(
        "merge-feature --strategy squash",
        accepted,
        _run("merge-feature", "bot", "--strategy", "squash"),
    ),
    "rebase": Scene(
        "merge-feature --strategy rebase",
        accepted_elsewhere,
        _run("merge-feature", "bot", "--strategy", "rebase"),
    ),
    "push": Scene("merge-feature --push", pushing, _run("merge-feature", "bot", "--push")),
    "recorded": Scene(
        "merge-feature --recorded", merged_elsewhere, _run("merge-feature", "bot", "--recorded")
    ),
    "by hand: init": Scene("init", bare_project, ("init",)),
    "by hand: create": Scene(
        "feature create", as_planned, ("feature", "create", "More cats"), repeatable=False
    ),
    "by hand: implement": Scene("implement", planned, ("implement", "WP01")),
    "by hand: submit": Scene(
        "agent tasks move-task", half_done, _task("for_review", "--actor", "bot")
    ),
    "by hand: approve": Scene("agent tasks move-task", beside_another, _task("done")),
    "by hand: restore": Scene(
        "agent tasks move-task", canceled, _task("planned", "--force", *_WHY)
    ),
    "by hand: note": Scene(
        "agent tasks add-history",
        as_planned,
        ("agent", "tasks", "add-history", "WP01", "--note", "Hi."),
        repeatable=False,
    ),
    "by hand: doctor": Scene("doctor", broken, ("doctor", "--fix")),
    "by hand: give back": Scene(
        "salvage restore", canceled, ("salvage", "restore", SLUG, "WP01", "1"), repeatable=False
    ),
    "by hand: accept": Scene("accept", checked, ("accept",)),
    "by hand: merge": Scene("merge", accepted, ("merge",)),
}  # fmt: skip

# The commands for people that change nothing.
READERS = {
    "feature list",
    "feature show",
    "validate",
    "review",
    "agent tasks list",
    "agent tasks status",
    "status",
    "why",
    "history",
    "verify",
    "completion",
    "salvage list",
}
