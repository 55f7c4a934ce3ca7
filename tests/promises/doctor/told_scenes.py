"""Table of what `doctor` only explains: a person decides, and following its words is enough."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deliveries import accept
from doctor.patients import JOURNAL, Patient
from forgery import Forgery
from journals import journal_of
from project import SLUG
from repository import Repo
from spec_kitty.domain.events import PackageClaimed
from spec_kitty.domain.feature import Pinned

Found = tuple[str, str | None, str | None]
BIRDS = f".worktrees/{SLUG}-WP03"
DOGS = f"refs/heads/{SLUG}-WP02"
FEATURE = f"refs/heads/{SLUG}"


@dataclass(frozen=True)
class Told:
    """What happens, what is found, and what is left when a person has typed what was told.

    `by_hand` does what the words ask for beyond the commands; `advice` is False where the words
    name something that only a person can know.
    """

    life: str
    happen: Callable[[Patient], None]
    found: tuple[Found, ...]
    by_hand: Callable[[Patient], object] = lambda _: None
    advice: bool = True


def workspace_put_aside(patient: Patient) -> None:
    name = f".kept-{SLUG}-WP09-1"
    patient.repo.write(f".worktrees/{name}/library/purr.py", "purr = 2\n")
    patient.repo.write(f".git/spec-kitty/kept/{name}/modules/library/HEAD", "ref: refs/heads/x\n")


def feature_branch_moved(patient: Patient) -> None:
    patient.repo.git("branch", "--force", SLUG, "main")


def feature_branch_ahead(patient: Patient) -> None:
    tip = patient.repo.tip(SLUG)
    ahead = patient.repo.git("commit-tree", f"{tip}^{{tree}}", "-p", tip, "-m", "By hand")
    patient.repo.git("update-ref", FEATURE, ahead)


def submitted_branch_rewritten(patient: Patient) -> None:
    amended = patient.repo.git("commit-tree", f"{DOGS}^{{tree}}", "-p", "main", "-m", "Amended")
    patient.repo.git("update-ref", DOGS, amended)


def branch_of_another_history(patient: Patient) -> None:
    foreign = patient.repo.git("commit-tree", "main^{tree}", "-m", "Another beginning")
    patient.repo.git("update-ref", f"{FEATURE}-WP03", foreign)


def branch_ahead_of_its_claim(patient: Patient) -> None:
    mine = patient.repo.git("commit-tree", "main^{tree}", "-p", "main", "-m", "Mine")
    patient.repo.git("branch", f"{SLUG}-WP01", mine)


def _free_the_branch(patient: Patient) -> None:
    patient.repo.git("branch", "-m", f"{SLUG}-WP01", "mine")


def feature_branch_checked_out(patient: Patient) -> None:
    patient.repo.git("worktree", "add", "--quiet", patient.repo.path.parent / "look", SLUG)


def _switch_the_look(patient: Patient) -> None:
    Repo(patient.repo.path.parent / "look").git("switch", "--quiet", "--detach")


def target_deleted(patient: Patient) -> None:
    patient.repo.git("switch", "--quiet", "--create", "side")
    patient.repo.git("update-ref", "-d", "refs/heads/main")


def target_rewound(patient: Patient) -> None:
    patient.repo.git("reset", "--quiet", "--hard", "HEAD^")
    patient.repo.git("commit", "--quiet", "--allow-empty", "--message", "Something else")
    patient.repo.git("checkout", "--quiet", "ORIG_HEAD", "--", "kitty-specs")
    patient.repo.git("commit", "--quiet", "--message", "Plan it again")


def landing_taken_back(patient: Patient) -> None:
    patient.repo.git("reset", "--quiet", "--hard", "HEAD^")


def workspace_on_another_branch(patient: Patient) -> None:
    birds = Repo(patient.workspace("WP03"))
    birds.git("switch", "--quiet", "--create", "other", "HEAD")


def workspace_displaced(patient: Patient) -> None:
    here, there = patient.workspace("WP03"), patient.repo.path / "elsewhere"
    patient.repo.git("worktree", "move", "--force", "--force", here, there)
    here.mkdir()
    (here / "mine.txt").write_text("mine\n")


def _move_mine_away(patient: Patient) -> None:
    patient.workspace("WP03").rename(patient.repo.path / "mine")


def workspace_replaced(patient: Patient) -> None:
    shutil.rmtree(patient.workspace("WP03"))
    patient.workspace("WP03").write_text("a file of mine\n")


def workspace_exchanged(patient: Patient) -> None:
    shutil.rmtree(patient.workspace("WP03"))
    patient.workspace("WP03").mkdir()
    (patient.workspace("WP03") / "mine.txt").write_text("mine\n")


def lock_a_folder(patient: Patient) -> None:
    lock = patient.git_dir / "spec-kitty" / "lock" / f"{SLUG}.lock"
    lock.unlink()
    lock.mkdir()


def merge_in_workspace(patient: Patient) -> None:
    birds = Repo(patient.workspace("WP03"))
    birds.git("merge", "--quiet", "--no-ff", "--no-commit", f"{SLUG}-WP02")


def start_killed(patient: Patient) -> None:
    """The claim is in the journal, and that is all."""
    tip = patient.repo.tip("main")
    with journal_of(patient.repo) as journal:
        blob = patient.repo.git("rev-parse", f"main:kitty-specs/{SLUG}/tasks/WP01-purr.md")
        pinned = Pinned(tip, blob, "Purr")
        patient.repo.git("branch", SLUG, "main")
        patient.repo.git("branch", f"{SLUG}-WP01", "main")
        journal.add(PackageClaimed("WP01", 1, pinned, tip, tip, "bot"))


def foreign_lock(patient: Patient) -> None:
    patient.leave("packed-refs.lock")
    patient.leave(f"{DOGS}.lock")
    patient.leave("refs/remotes/origin/main.lock")


def plan_broken(patient: Patient) -> None:
    patient.plan("WP02", "Meow", ["WP07"])
    patient.repo.commit("Break the plan")


def _mend_the_plan(patient: Patient) -> None:
    patient.repo.git("revert", "--no-edit", "HEAD")


def settings_broken(patient: Patient) -> None:
    patient.repo.write(".kittify/config.toml", "[merge]\nstrategy = 7\n")
    patient.repo.commit("Break the settings")


def package_removed(patient: Patient) -> None:
    patient.repo.git("rm", "--quiet", f"kitty-specs/{SLUG}/tasks/WP02-meow.md")
    patient.repo.commit("Take WP02 out")


def plan_removed(patient: Patient) -> None:
    patient.repo.git("rm", "-r", "--quiet", f"kitty-specs/{SLUG}")
    patient.repo.commit("Take all of it out")


def journal_of_garbage(patient: Patient) -> None:
    (patient.git_dir / JOURNAL).write_text("garbage\n")


def journal_of_nothing(patient: Patient) -> None:
    (patient.git_dir / JOURNAL).write_text("12" * 20 + "\n")


def journal_deleted(patient: Patient) -> None:
    patient.repo.git("update-ref", "-d", JOURNAL)


def workspaces_are_a_file(patient: Patient) -> None:
    patient.repo.write(".worktrees", "a file of mine\n")


def workspaces_lead_elsewhere(patient: Patient) -> None:
    (patient.repo.path / ".worktrees").symlink_to(patient.repo.path.parent)


def journal_went_two_ways(patient: Patient) -> None:
    other = f"{JOURNAL}~1"
    words = ("commit-tree", f"{other}^{{tree}}", "-p", other, "-m", "Elsewhere")
    patient.repo.git(
        "update-ref", f"refs/spec-kitty-remote/origin/{SLUG}", patient.repo.git(*words)
    )


def journal_shallow(patient: Patient) -> None:
    (patient.git_dir / "shallow").write_text(patient.repo.tip(f"{JOURNAL}~1") + "\n")


def accepted_tree_lost(patient: Patient) -> None:
    """The tree is neither that of the feature nor that of the target, which has moved on."""
    patient.repo.write("moved.md", "moved\n")
    patient.repo.commit("Move the target")
    accept(patient)
    with journal_of(patient.repo) as journal:
        feature = journal.writer.read(SLUG).feature
    assert feature is not None
    assert feature.acceptance is not None
    Forgery(patient.repo).delete(feature.acceptance.tree)


def intent_of_garbage(patient: Patient) -> None:
    patient.leave(f"spec-kitty/intent/{SLUG}.json", b'{"journal_old": \xff')


def _forget_the_intent(patient: Patient) -> None:
    (patient.git_dir / f"spec-kitty/intent/{SLUG}.json").unlink()


def identity_lost(patient: Patient) -> None:
    patient.repo.git("config", "user.name", "")


def filter_of_the_repository(patient: Patient) -> None:
    patient.repo.git("config", "filter.crypt.clean", "git-crypt clean")


def workspace_of_nothing(patient: Patient) -> None:
    path = patient.workspace("WP77")
    patient.repo.git("worktree", "add", "--quiet", "--detach", path)
    patient.repo.git("worktree", "lock", "--reason", "spec-kitty keeps this workspace", path)


def salvage_of_nothing(patient: Patient) -> None:
    blob = patient.repo.git("hash-object", "-w", "--stdin", stdin="no commit")
    patient.repo.git("update-ref", f"refs/spec-kitty-salvage/{SLUG}/WP03/2", blob)


def workspace_of_canceled(patient: Patient) -> None:
    path = patient.workspace("WP03")
    patient.repo.git("worktree", "add", "--quiet", "--detach", path)
    patient.repo.git("worktree", "lock", "--reason", "spec-kitty keeps this workspace", path)


def _there_is(path: str) -> str:
    return str(Path("..") / path)


_FEATURE_MOVED = (("branch-diverged", None, FEATURE),)
_DAMAGED = ("journal-damaged", None, JOURNAL)

TOLD: dict[str, Told] = {
    "a workspace was put aside": Told(
        "running",
        workspace_put_aside,
        (("workspace-put-aside", None, f".worktrees/.kept-{SLUG}-WP09-1"),),
    ),
    "the feature branch was moved": Told("running", feature_branch_moved, _FEATURE_MOVED),
    "the feature branch is ahead": Told("running", feature_branch_ahead, _FEATURE_MOVED),
    "submitted work was rewritten": Told(
        "running", submitted_branch_rewritten, (("branch-diverged", "WP02", DOGS),)
    ),
    "a branch has another history": Told(
        "running",
        branch_of_another_history,
        (("branch-diverged", "WP03", f"{FEATURE}-WP03"),),
    ),
    "a branch is in the way": Told(
        "planned",
        branch_ahead_of_its_claim,
        (("branch-in-the-way", "WP01", f"{FEATURE}-WP01"),),
        _free_the_branch,
        advice=False,
    ),
    "the feature branch is checked out": Told(
        "running",
        feature_branch_checked_out,
        (("branch-checked-out", None, _there_is("look")),),
        _switch_the_look,
        advice=False,
    ),
    "the target was deleted": Told(
        "running",
        target_deleted,
        (("target-gone", None, "refs/heads/main"),),
    ),
    "the target was rewound": Told(
        "running", target_rewound, (("target-rewound", "WP02", "refs/heads/main"),)
    ),
    "what landed was taken back": Told(
        "merged", landing_taken_back, (("target-rewound", None, "refs/heads/main"),)
    ),
    "a workspace is on another branch": Told(
        "running", workspace_on_another_branch, (("workspace-head", "WP03", BIRDS),)
    ),
    "a workspace was moved and replaced": Told(
        "running",
        workspace_displaced,
        (("workspace-moved", "WP03", BIRDS),),
        _move_mine_away,
    ),
    "a file stands for a workspace": Told(
        "running",
        workspace_replaced,
        (("workspace-in-the-way", "WP03", BIRDS),),
        lambda patient: patient.workspace("WP03").unlink(),
    ),
    "a folder of somebody's stands for a workspace": Told(
        "running",
        workspace_exchanged,
        (("workspace-in-the-way", "WP03", BIRDS),),
        _move_mine_away,
    ),
    "something stands where the host locks": Told(
        "running",
        lock_a_folder,
        (("own-path", None, f".git/spec-kitty/lock/{SLUG}.lock"),),
    ),
    "a merge is under way in a workspace": Told(
        "running", merge_in_workspace, (("workspace-operation", "WP03", BIRDS),)
    ),
    "a start was killed": Told(
        "planned",
        start_killed,
        (("workspace-unfinished", "WP01", None),),
        lambda patient: patient.start("WP01").data,
        advice=False,
    ),
    "locks of others were left": Told(
        "running",
        foreign_lock,
        (
            ("stale-lock", None, ".git/packed-refs.lock"),
            ("stale-lock", None, f".git/{DOGS}.lock"),
            ("stale-lock", None, ".git/refs/remotes/origin/main.lock"),
        ),
    ),
    "the plan is broken": Told(
        "running",
        plan_broken,
        (("plan-broken", None, f"kitty-specs/{SLUG}/tasks/WP02-meow.md"),),
        _mend_the_plan,
        advice=False,
    ),
    "the settings are broken": Told(
        "running",
        settings_broken,
        (("plan-broken", None, "main:.kittify/config.toml"),),
        _mend_the_plan,
    ),
    "a work package was taken out": Told(
        "running",
        package_removed,
        (("not-in-plan", "WP02", None),),
        _mend_the_plan,
        advice=False,
    ),
    "the plan was taken out": Told(
        "running",
        plan_removed,
        (("no-project", None, None), ("plan-gone", None, f"kitty-specs/{SLUG}"))[1:],
        _mend_the_plan,
    ),
    "the journal's ref is garbage": Told("running", journal_of_garbage, (_DAMAGED,)),
    "the journal's ref names nothing": Told("running", journal_of_nothing, (_DAMAGED,)),
    "the journal was deleted": Told("running", journal_deleted, (("journal-gone", None, JOURNAL),)),
    "a file stands for the folder of workspaces": Told(
        "planned", workspaces_are_a_file, (("own-path", None, ".worktrees"),)
    ),
    "the folder of workspaces leads elsewhere": Told(
        "planned", workspaces_lead_elsewhere, (("own-path", None, ".worktrees"),)
    ),
    "the journal went two ways": Told(
        "running",
        journal_went_two_ways,
        (("journal-diverged", None, f"refs/spec-kitty-remote/origin/{SLUG}"),),
        lambda patient: patient.repo.git(
            "update-ref", "-d", f"refs/spec-kitty-remote/origin/{SLUG}"
        ),
        advice=False,
    ),
    "the journal is cut": Told(
        "running",
        journal_shallow,
        (("journal-cut", None, None), ("shallow", None, None)),
        lambda patient: (patient.git_dir / "shallow").unlink(),
        advice=False,
    ),
    "what was accepted is lost": Told(
        "accepted",
        accepted_tree_lost,
        (("acceptance-gone", None, "<commit>"),),
    ),
    "an intent is garbage": Told(
        "running", intent_of_garbage, (("intent-unreadable", None, None),), _forget_the_intent
    ),
    "nobody is known to git": Told(
        "running",
        identity_lost,
        (("no-identity", None, None),),
        lambda patient: patient.repo.git("config", "--unset", "user.name"),
    ),
    "the repository names programs": Told(
        "running",
        filter_of_the_repository,
        (("ignored-config", None, "filter.crypt.clean"),),
        lambda patient: patient.repo.git("config", "--remove-section", "filter.crypt"),
        advice=False,
    ),
    "a workspace belongs to nothing": Told(
        "running",
        workspace_of_nothing,
        (("workspace-of-nothing", None, f".worktrees/{SLUG}-WP77"),),
    ),
    "a workspace outlived its work package": Told(
        "canceled", workspace_of_canceled, (("workspace-finished", "WP03", BIRDS),)
    ),
    "salvage names no commit": Told(
        "canceled",
        salvage_of_nothing,
        (("salvage-unreadable", None, f"refs/spec-kitty-salvage/{SLUG}/WP03/2"),),
    ),
}
