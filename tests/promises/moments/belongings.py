"""Tables of damage to the host's own things: its files in the git dir, its refs."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from moments.stages import BRANCH, Stage
from project import SLUG
from repository import Repo

JOURNAL = f"refs/spec-kitty/{SLUG}"
Upset = Callable[[Stage], None]

# Each of them, in turn, is damaged in every way.
OWN_PATHS = (
    "",
    "lock",
    f"lock/{SLUG}.lock",
    "workspace-locks",
    f"workspace-locks/{BRANCH}",
    "intent",
    f"intent/{SLUG}.json",
    "plans",
    "settings",
    "prompts",
    f"prompts/{SLUG}",
    f"prompts/{SLUG}/WP01.md",
    "index",
    f"index/{BRANCH}",
    f"index/{BRANCH}.holds",
    "scratch",
    "empty",
    "git",
)


def _clear(stage: Stage, path: str) -> None:
    found = stage.own / path
    if found.is_dir():
        shutil.rmtree(found)
    else:
        found.unlink(missing_ok=True)


def _gone(path: str) -> Upset:
    return lambda stage: _clear(stage, path)


def _garbage(path: str) -> Upset:
    def upset(stage: Stage) -> None:
        _clear(stage, path)
        (stage.own / path).parent.mkdir(parents=True, exist_ok=True)
        (stage.own / path).write_bytes(b'{"journal_old": \xff')

    return upset


def _folder(path: str) -> Upset:
    def upset(stage: Stage) -> None:
        _clear(stage, path)
        (stage.own / path / "inside").mkdir(parents=True)

    return upset


def _link_to_nowhere(path: str) -> Upset:
    def upset(stage: Stage) -> None:
        _clear(stage, path)
        (stage.own / path).parent.mkdir(parents=True, exist_ok=True)
        (stage.own / path.rstrip("/")).symlink_to("/nowhere/at/all")

    return upset


OWN_FILE_MOMENTS: dict[str, Upset] = {
    f"{path or 'all of it'} {how}": damage(path)
    for path in OWN_PATHS
    for how, damage in (
        ("gone", _gone),
        ("garbage", _garbage),
        ("a folder", _folder),
        ("a link to nowhere", _link_to_nowhere),
    )
}


def caches_with_garbage(stage: Stage) -> None:
    for folder in ("plans", "settings"):
        for file in (stage.own / folder).iterdir():
            file.write_bytes(file.read_bytes()[:20])


def journal_deleted(stage: Stage) -> None:
    stage.repo.git("update-ref", "-d", JOURNAL)


def journal_rewound(stage: Stage) -> None:
    stage.repo.git("update-ref", JOURNAL, f"{JOURNAL}~1")


def journal_of_garbage(stage: Stage) -> None:
    (stage.git_dir / JOURNAL).write_text("garbage\n")


def journal_on_nothing(stage: Stage) -> None:
    (stage.git_dir / JOURNAL).write_text("1234567890" * 4 + "\n")


def journal_on_a_blob(stage: Stage) -> None:
    blob = stage.repo.git("hash-object", "-w", "--stdin", stdin="hello")
    (stage.git_dir / JOURNAL).write_text(f"{blob}\n")


def journal_on_a_foreign_commit(stage: Stage) -> None:
    stage.repo.git("update-ref", JOURNAL, "main")


def journal_forked(stage: Stage) -> None:
    """A copy of the newest event, made elsewhere a moment later, stands in its place."""
    tip = stage.repo.tip(JOURNAL)
    message = stage.repo.git("log", "-1", "--format=%B", tip)
    words = ("commit-tree", f"{tip}^{{tree}}", "-p", f"{tip}~1", "-m", message)
    stage.repo.git("update-ref", JOURNAL, stage.repo.git(*words))


def journal_a_link(stage: Stage) -> None:
    stage.repo.git("symbolic-ref", JOURNAL, "refs/heads/main")


def salvage_deleted(stage: Stage) -> None:
    for ref in (
        Repo(stage.repo.path)
        .git("for-each-ref", "--format=%(refname)", "refs/spec-kitty-salvage/")
        .split()
    ):
        stage.repo.git("update-ref", "-d", ref)


def salvage_of_garbage(stage: Stage) -> None:
    folder = stage.git_dir / "refs/spec-kitty-salvage" / SLUG / "WP01"
    folder.mkdir(parents=True)
    (folder / "1").write_text("garbage\n")
    blob = stage.repo.git("hash-object", "-w", "--stdin", stdin="hello")
    (folder / "2").write_text(f"{blob}\n")
    (folder / "x").write_text(f"{stage.repo.tip('main')}\n")


JOURNAL_MOMENTS = (
    journal_deleted,
    journal_rewound,
    journal_of_garbage,
    journal_on_nothing,
    journal_on_a_blob,
    journal_on_a_foreign_commit,
    journal_forked,
    journal_a_link,
    salvage_deleted,
    salvage_of_garbage,
)
