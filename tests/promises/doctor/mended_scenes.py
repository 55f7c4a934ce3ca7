"""Table of what `doctor --fix` mends: what happens, what is found, and what holds afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from doctor.patients import JOURNAL, Patient
from journals import journal_of
from project import SLUG
from repository import Repo
from spec_kitty.adapters.journal.intents import Intents
from spec_kitty.adapters.refs.shelter import KEPT
from spec_kitty.application.ports import Intent, LayOut
from spec_kitty.domain.events import MergeIntended, PackageReleased, RefMove
from spec_kitty.domain.feature import Merge, MergePhase

Found = tuple[str, str | None, str | None]
BIRDS = f".worktrees/{SLUG}-WP03"
KEEPER = f"objects/pack/pack-{'0' * 40}.keep"
_TRACKING_LOCK = "refs/remotes/origin/main.lock"
FETCHING = f"objects/pack/pack-{'1' * 40}.keep"


@dataclass(frozen=True)
class Scene:
    """What happens to a feature in which life, what is found then, and what holds once mended."""

    life: str
    happen: Callable[[Patient], None]
    found: tuple[Found, ...]
    holds: Callable[[Patient], bool]


def _birds(patient: Patient) -> Repo:
    return Repo(patient.workspace("WP03"))


def _has_work(patient: Patient) -> bool:
    """Nothing was lost, and git speaks of the right branch."""
    birds = _birds(patient)
    on = birds.git("symbolic-ref", "HEAD")
    return (on, birds.status()) == (f"refs/heads/{SLUG}-WP03", "?? bird.py")


def _is_made_again(patient: Patient) -> bool:
    return _birds(patient).status() == "" and (_birds(patient).path / "README.md").exists()


def workspace_deleted(patient: Patient) -> None:
    shutil.rmtree(_birds(patient).path)


def workspace_and_registration_deleted(patient: Patient) -> None:
    workspace_deleted(patient)
    patient.repo.git("worktree", "unlock", _birds(patient).path)
    patient.repo.git("worktree", "prune")


def workspace_emptied(patient: Patient) -> None:
    for path in _birds(patient).path.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def workspace_moved(patient: Patient) -> None:
    words = ("worktree", "move", "--force", "--force")
    patient.repo.git(*words, _birds(patient).path, patient.repo.path / "elsewhere")


def workspace_unlocked_and_moved(patient: Patient) -> None:
    patient.repo.git("worktree", "unlock", _birds(patient).path)
    patient.repo.git("worktree", "move", _birds(patient).path, patient.repo.path / "elsewhere")


def registration_deleted(patient: Patient) -> None:
    shutil.rmtree(patient.git_dir / "worktrees" / f"{SLUG}-WP03")


def registration_unlocked(patient: Patient) -> None:
    patient.repo.git("worktree", "unlock", _birds(patient).path)


def pointer_rewritten(patient: Patient) -> None:
    _birds(patient).write(".git", "gitdir: /nowhere/at/all\n")


def pointer_of_done_work_rewritten(patient: Patient) -> None:
    Repo(patient.workspace("WP01")).write(".git", "gitdir: /nowhere/at/all\n")


def pointer_deleted(patient: Patient) -> None:
    (_birds(patient).path / ".git").unlink()


def pointer_a_repository(patient: Patient) -> None:
    pointer_deleted(patient)
    _birds(patient).git("init", "--quiet")


def head_detached(patient: Patient) -> None:
    birds = _birds(patient)
    birds.git("switch", "--quiet", "--detach")
    birds.write("egg.py", "egg = 1\n")
    birds.git("add", "egg.py")
    birds.git("commit", "--quiet", "--message", "Lay an egg")


def _egg_is_kept(patient: Patient) -> bool:
    kept = f"refs/spec-kitty-salvage/{SLUG}/WP03/1:egg.py"
    is_kept = patient.repo.git("show", kept) == "egg = 1"
    return is_kept and _birds(patient).git("symbolic-ref", "HEAD").endswith("WP03")


def branch_deleted(patient: Patient) -> None:
    patient.repo.git("update-ref", "-d", f"refs/heads/{SLUG}-WP02")


def feature_branch_deleted(patient: Patient) -> None:
    patient.repo.git("update-ref", "-d", f"refs/heads/{SLUG}")


def branch_and_workspace_deleted(patient: Patient) -> None:
    workspace_deleted(patient)
    patient.repo.git("update-ref", "-d", f"refs/heads/{SLUG}-WP03")


def journal_locked(patient: Patient) -> None:
    patient.leave(f"{JOURNAL}.lock")


def salvage_locked(patient: Patient) -> None:
    patient.leave(f"refs/spec-kitty-salvage/{SLUG}/WP03/1.lock")


def look_killed(patient: Patient) -> None:
    patient.leave("index.lock", b"spec-kitty looks whether a feature can land here\n")


def lay_out_killed(patient: Patient) -> None:
    name = f"worktrees/{SLUG}-WP03/index.lock"
    patient.leave(name, b"spec-kitty holds this index\n")


def checkout_killed(patient: Patient) -> None:
    (patient.git_dir / f"worktrees/{SLUG}-WP03/spec-kitty-progress").write_text("write files")
    (_birds(patient).path / "README.md").unlink()


def command_killed(patient: Patient) -> None:
    """The journal has the event; the branch that moves with it is behind, and locked."""
    repo = patient.repo
    ref = f"refs/heads/{SLUG}-WP02"
    old = repo.tip(ref)
    new = repo.git("commit-tree", f"{old}^{{tree}}", "-p", old, "-m", "More")
    with journal_of(repo) as journal:
        before = repo.tip(JOURNAL)
        journal.add(PackageReleased("WP03", "gone"))
        after = repo.tip(JOURNAL)
    lay_out = LayOut("WP02", old, new, files=False)
    intent = Intent(before, after, (RefMove(ref, old, new),), (f"{ref}.lock",), lay_out)
    Intents(str(patient.git_dir)).write(SLUG, intent)
    patient.leave(f"{ref}.lock")


def _branch_followed(patient: Patient) -> bool:
    subject = patient.repo.git("log", "-1", "--format=%s", f"{SLUG}-WP02")
    return subject == "More" and Repo(patient.workspace("WP02")).status() == ""


def merge_killed(patient: Patient, remote: str | None = None) -> None:
    """The merge was begun and did not land."""
    with journal_of(patient.repo) as journal:
        feature = journal.writer.read(SLUG).feature
        assert feature is not None
        assert feature.acceptance is not None
        target = feature.acceptance.target_tip
        words = ("commit-tree", feature.acceptance.tree, "-p", target, "-m", "Land")
        commit = patient.repo.git(*words)
        at = "2026-01-01T12:00:00.000000+00:00"
        merge = Merge(MergePhase.INTENDED, "bot", at, "squash", target, commit, remote)
        journal.add(MergeIntended(merge))


def push_killed(patient: Patient) -> None:
    """The push did not arrive, and git left a lock here."""
    remote = patient.repo.path.parent / "remote.git"
    patient.repo.git("clone", "--quiet", "--bare", ".", remote)
    patient.repo.git("remote", "add", "origin", remote)
    merge_killed(patient, "origin")
    patient.leave(_TRACKING_LOCK)


def _is_given_up_unlocked(patient: Patient) -> bool:
    return _is_given_up(patient) and not (patient.git_dir / _TRACKING_LOCK).exists()


def merge_killed_after_landing(patient: Patient) -> None:
    merge_killed(patient)
    with journal_of(patient.repo) as journal:
        feature = journal.writer.read(SLUG).feature
    assert feature is not None
    assert feature.merge is not None
    patient.repo.git("reset", "--quiet", "--hard", feature.merge.commit)


def _merge(patient: Patient) -> object:
    return patient.api("feature-state").data["merge"]


def _is_given_up(patient: Patient) -> bool:
    return _merge(patient) is None and patient.repo.status() == ""


def _has_landed(patient: Patient) -> bool:
    state = patient.api("feature-state").data
    return state["merge"]["phase"] == "completed" and not list(
        (patient.repo.path / ".worktrees").glob("*")
    )


def leftovers(patient: Patient) -> None:
    own = patient.git_dir / "spec-kitty"
    patient.leave_folder(own / "scratch" / f"verify-{SLUG}")
    patient.leave_folder(own / "scratch" / "merge-0123456789abcdef")
    patient.leave_folder(own / "index" / f"{SLUG}-WP09.removing")
    patient.leave_folder(patient.repo.path / ".worktrees" / f".removing-{SLUG}-WP09")
    patient.leave(f"spec-kitty/intent/{SLUG}.json.tmp", b"{")


def keeper_left(patient: Patient) -> None:
    """A command that sheltered objects from a gc was killed; git's own note beside it is in use."""
    patient.leave(KEEPER, f"{KEPT}\n".encode())
    patient.leave(FETCHING, b"fetch-pack 4711 on purr\n")


def _only_gits_own_is_left(patient: Patient) -> bool:
    packs = patient.git_dir / "objects" / "pack"
    return [str(file.relative_to(patient.git_dir)) for file in packs.glob("*.keep")] == [FETCHING]


def exclude_lost(patient: Patient) -> None:
    (patient.git_dir / "info" / "exclude").write_text("*.orig\n")


def _is_hidden(patient: Patient) -> bool:
    lines = (patient.git_dir / "info" / "exclude").read_text().splitlines()
    return lines == ["*.orig", "/.worktrees/"] and patient.repo.status() == ""


def cleaning_killed(patient: Patient) -> None:
    """The feature is merged, but a workspace and its branch are still there, with work in it."""
    path = patient.workspace("WP01")
    tip = patient.repo.tip("HEAD^")
    patient.repo.git("update-ref", f"refs/heads/{SLUG}-WP01", tip)
    patient.repo.git("worktree", "add", "--quiet", path, f"{SLUG}-WP01")
    patient.repo.git("worktree", "lock", "--reason", "spec-kitty keeps this workspace", path)
    patient.work("WP01", "late.py", "late = 1\n")


def _late_is_kept(patient: Patient) -> bool:
    refs = patient.repo.git("for-each-ref", "--format=%(refname)", "refs/spec-kitty-salvage/")
    kept = [ref for ref in refs.splitlines() if "/WP01/" in ref]
    has_late = patient.repo.git("show", f"{kept[-1]}:late.py") == "late = 1"
    return has_late and not patient.workspace("WP01").exists()


def repository_moved(patient: Patient) -> None:
    """Moved away and back under another name: the links lead to where it was."""
    for name in ("WP02", "WP03"):
        pointer = patient.workspace(name) / ".git"
        registration = patient.git_dir / "worktrees" / f"{SLUG}-{name}" / "gitdir"
        pointer.write_text(pointer.read_text().replace("/project/", "/former/"))
        registration.write_text(registration.read_text().replace("/project/", "/former/"))


def no_lock_is_left(patient: Patient) -> bool:
    left = [path for path in patient.git_dir.rglob("*.lock") if path.parent.name != "lock"]
    return not left and patient.move("WP03", "blocked", "bot", "--note", "Wait.").data is not None


def _is_clean(patient: Patient) -> bool:
    own = patient.git_dir / "spec-kitty"
    left = [*(own / "scratch").iterdir(), *own.rglob("*.removing"), *own.rglob("*.tmp")]
    return left == [] and not list((patient.repo.path / ".worktrees").glob(".removing*"))


def _branches_are_back(patient: Patient) -> bool:
    state = patient.api("feature-state").data
    head = {each["wp_id"]: each["head_commit"] for each in state["work_packages"]}["WP02"]
    found = (patient.repo.tip(f"{SLUG}-WP02"), patient.repo.tip(SLUG))
    return found == (head, state["feature_commit"])


_MISSING = (("workspace-missing", "WP03", BIRDS),)
_POINTER = (("workspace-pointer", "WP03", BIRDS),)
_REGISTRATION = (("workspace-registration", "WP03", BIRDS),)

MENDED: dict[str, Scene] = {
    "a workspace was deleted": Scene("running", workspace_deleted, _MISSING, _is_made_again),
    "a workspace was deleted and pruned": Scene(
        "running", workspace_and_registration_deleted, _MISSING, _is_made_again
    ),
    "a workspace was emptied": Scene(
        "running",
        workspace_emptied,
        (("workspace-emptied", "WP03", BIRDS),),
        _is_made_again,
    ),
    "a workspace was moved": Scene(
        "running", workspace_moved, (("workspace-moved", "WP03", BIRDS),), _has_work
    ),
    "a workspace was unlocked and moved": Scene(
        "running", workspace_unlocked_and_moved, (("workspace-moved", "WP03", BIRDS),), _has_work
    ),
    "a registration was deleted": Scene("running", registration_deleted, _REGISTRATION, _has_work),
    "a registration was unlocked": Scene(
        "running", registration_unlocked, _REGISTRATION, _has_work
    ),
    "a link was rewritten": Scene("running", pointer_rewritten, _POINTER, _has_work),
    "a link of done work was rewritten": Scene(
        "running",
        pointer_of_done_work_rewritten,
        (("workspace-pointer", "WP01", f".worktrees/{SLUG}-WP01"),),
        lambda patient: Repo(patient.workspace("WP01")).status() == "",
    ),
    "a link was deleted": Scene("running", pointer_deleted, _POINTER, _has_work),
    "a link became a repository": Scene("running", pointer_a_repository, _POINTER, _has_work),
    "a workspace left its branch with commits": Scene(
        "running", head_detached, (("workspace-head", "WP03", BIRDS),), _egg_is_kept
    ),
    "the repository was moved": Scene(
        "running",
        repository_moved,
        (
            ("workspace-pointer", "WP02", f".worktrees/{SLUG}-WP02"),
            ("workspace-pointer", "WP03", BIRDS),
        ),
        _has_work,
    ),
    "writing files was killed": Scene(
        "running", checkout_killed, (("workspace-half", "WP03", BIRDS),), _has_work
    ),
    "a branch was deleted": Scene(
        "running",
        branch_deleted,
        (("branch-gone", "WP02", f"refs/heads/{SLUG}-WP02"),),
        _branches_are_back,
    ),
    "the feature branch was deleted": Scene(
        "running",
        feature_branch_deleted,
        (("branch-gone", None, f"refs/heads/{SLUG}"),),
        _branches_are_back,
    ),
    "a branch and its workspace were deleted": Scene(
        "running",
        branch_and_workspace_deleted,
        (("branch-gone", "WP03", f"refs/heads/{SLUG}-WP03"), *_MISSING),
        _is_made_again,
    ),
    "a journal was left locked": Scene(
        "running",
        journal_locked,
        (("stale-lock", None, f".git/{JOURNAL}.lock"),),
        no_lock_is_left,
    ),
    "salvage was left locked": Scene(
        "running",
        salvage_locked,
        (("stale-lock", None, f".git/refs/spec-kitty-salvage/{SLUG}/WP03/1.lock"),),
        no_lock_is_left,
    ),
    "looking for room to land was killed": Scene(
        "running", look_killed, (("stale-lock", None, ".git/index.lock"),), no_lock_is_left
    ),
    "a lay-out was killed": Scene(
        "running",
        lay_out_killed,
        (("stale-lock", None, f".git/worktrees/{SLUG}-WP03/index.lock"),),
        no_lock_is_left,
    ),
    "a command was killed": Scene(
        "running", command_killed, (("interrupted-command", None, None),), _branch_followed
    ),
    "a merge was killed": Scene(
        "accepted", merge_killed, (("interrupted-merge", None, None),), _is_given_up
    ),
    "a merge was killed in its push": Scene(
        "accepted", push_killed, (("interrupted-merge", None, None),), _is_given_up_unlocked
    ),
    "a merge was killed after it had landed": Scene(
        "accepted",
        merge_killed_after_landing,
        (("interrupted-merge", None, None),),
        _has_landed,
    ),
    "cleaning was killed": Scene(
        "merged",
        cleaning_killed,
        (("workspace-finished", "WP01", f".worktrees/{SLUG}-WP01"),),
        _late_is_kept,
    ),
    "things were left behind": Scene(
        "running",
        leftovers,
        (
            ("leftover", None, f".git/spec-kitty/index/{SLUG}-WP09.removing"),
            ("leftover", None, f".git/spec-kitty/intent/{SLUG}.json.tmp"),
            ("leftover", None, ".git/spec-kitty/scratch/merge-0123456789abcdef"),
            ("leftover", None, f".git/spec-kitty/scratch/verify-{SLUG}"),
            ("leftover", None, f".worktrees/.removing-{SLUG}-WP09"),
        ),
        _is_clean,
    ),
    "a pack was sheltered": Scene(
        "running",
        keeper_left,
        (("leftover", None, f".git/{KEEPER}"),),
        _only_gits_own_is_left,
    ),
    "git shows the workspaces": Scene(
        "running", exclude_lost, (("exclude-missing", None, None),), _is_hidden
    ),
}
