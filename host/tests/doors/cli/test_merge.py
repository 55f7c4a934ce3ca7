"""`spec-kitty merge`, as a person sees it."""

from __future__ import annotations

import subprocess

import pytest
from inline_snapshot import snapshot

from door import PROGRAM, refs_and_files
from project import SLUG
from repository import Repo
from screencast import Screencast

MERGE = "spec-kitty merge"
REHEARSE = "spec-kitty merge --dry-run"


@pytest.fixture
def finished(cast: Screencast) -> Screencast:
    cast.done("WP01", "WP02", "WP03")
    return cast


@pytest.fixture
def accepted(finished: Screencast) -> Screencast:
    finished.type("spec-kitty accept")
    return finished


def test_an_accepted_feature_lands(accepted: Screencast) -> None:
    assert accepted.type(MERGE) == snapshot("""\
034-cats is merged into main as 000900090009 (merge): WP01, WP02, WP03.
The workspaces and branches of its work packages are removed.
""")
    assert accepted.project.repo.status() == ""
    assert accepted.type(MERGE) == snapshot(
        "034-cats is already merged into main as 000900090009 (merge): WP01, WP02, WP03.\n"
    )


def test_what_is_not_accepted_does_not_land(finished: Screencast) -> None:
    assert finished.type(MERGE) == snapshot("""\
refused (FEATURE_NOT_READY): 034-cats is not accepted. Accept it (again): spec-kitty accept --feature 034-cats
[1]
""")


def test_merging_from_a_workspace_says_that_it_is_gone(accepted: Screencast) -> None:
    assert accepted.type(MERGE, folder=f".worktrees/{SLUG}-WP01") == snapshot("""\
034-cats is merged into main as 000900090009 (merge): WP01, WP02, WP03.
The workspaces and branches of its work packages are removed.

You are in a folder that is gone:
  cd <repository>
""")


def test_a_folder_that_is_gone_is_explained(cast: Screencast) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone && exec $0 merge"
    ended = subprocess.run(
        ["sh", "-c", gone, PROGRAM], cwd=cast.project.repo.path, capture_output=True, text=True
    )
    assert ended.stderr == snapshot(
        "refused (NOT_A_PROJECT): The folder that you are in does not exist any more: a merge removes its workspaces. Change to the folder of your project.\n"
    )


def test_a_remote_is_reminded_of(accepted: Screencast) -> None:
    remote(accepted)
    assert accepted.type(MERGE).splitlines()[-2:] == snapshot(
        ["Nothing is pushed yet:", "  git push origin main"]
    )


def test_a_merge_is_pushed_first(accepted: Screencast) -> None:
    there = remote(accepted)
    assert accepted.type(f"{MERGE} --push --strategy squash") == snapshot("""\
034-cats is merged into main as 000900090009 (squash): WP01, WP02, WP03.
The workspaces and branches of its work packages are removed.
origin has it too.
""")
    assert there.tip("main") == accepted.project.repo.tip("main")


def test_a_rehearsal_shows_what_would_land_and_moves_nothing(accepted: Screencast) -> None:
    before = refs_and_files(accepted.project.repo)
    assert accepted.type(REHEARSE) == snapshot("""\
034-cats would land on main at 000100010001 (merge)

  000900090009 034-cats
  000700070007 WP03: Sleep
  000600060006 WP03: Sleep
  000500050005 WP02: Meow
  000400040004 WP02: Meow
  000300030003 WP01: Purr
  000200020002 WP01: Purr

 WP01.py | 1 +
 WP02.py | 1 +
 WP03.py | 1 +
 3 files changed, 3 insertions(+)

This would succeed. Nothing has been moved.
""")
    assert accepted.type(f"{REHEARSE} --strategy rebase") == snapshot("""\
034-cats would land on main at 000100010001 (rebase)

  000a000a000a WP03: Sleep
  000b000b000b WP02: Meow
  000c000c000c WP01: Purr

 WP01.py | 1 +
 WP02.py | 1 +
 WP03.py | 1 +
 3 files changed, 3 insertions(+)

This would succeed. Nothing has been moved.
""")
    assert refs_and_files(accepted.project.repo) == before


def test_a_rehearsal_says_what_is_not_finished(cast: Screencast) -> None:
    assert cast.type(REHEARSE) == snapshot("""\
refused (FEATURE_NOT_READY): 034-cats is not ready: WP01 (planned), WP02 (planned), WP03 (planned). 'spec-kitty why' says what each waits for.
[1]
""")


def test_a_rehearsal_of_what_is_not_accepted_shows_what_would_be(finished: Screencast) -> None:
    assert finished.type(REHEARSE) == snapshot("""\
034-cats would land on main at 000100010001 (merge)

 WP01.py | 1 +
 WP02.py | 1 +
 WP03.py | 1 +
 3 files changed, 3 insertions(+)

refused (FEATURE_NOT_READY): 034-cats is not accepted. Accept it (again): spec-kitty accept --feature 034-cats
[1]
""")


def test_a_rehearsal_shows_conflicts_with_the_target(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    for number in range(7):
        cast.work("WP01", f"cat{number}.py", "meow = 1\n")
        cast.write(f"cat{number}.py", "meow = 2\n")
    cast.project.repo.commit("Meow on main")
    cast.type("spec-kitty agent tasks move-task WP01 --to for_review")
    cast.type("spec-kitty agent tasks move-task WP01 --to done")
    cast.done("WP02", "WP03")
    assert cast.type(REHEARSE) == snapshot("""\
refused (FEATURE_NOT_READY): 034-cats conflicts with main in cat0.py, cat1.py, cat2.py, cat3.py, cat4.py. Reopen WP01; the target is then merged into its workspace for it to solve: spec-kitty agent tasks move-task WP01 --to in_progress --note 'Conflicts with the target' --review-ref accept --feature 034-cats

  cat0.py
  cat1.py
  cat2.py
  cat3.py
  cat4.py
  cat5.py
  cat6.py
[1]
""")


def test_a_rehearsal_shows_what_is_in_the_way(accepted: Screencast) -> None:
    accepted.write("WP01.py", "mine\n")
    assert accepted.type(REHEARSE) == snapshot("""\
034-cats would land on main at 000100010001 (merge)

  000900090009 034-cats
  000700070007 WP03: Sleep
  000600060006 WP03: Sleep
  000500050005 WP02: Meow
  000400040004 WP02: Meow
  000300030003 WP01: Purr
  000200020002 WP01: Purr

 WP01.py | 1 +
 WP02.py | 1 +
 WP03.py | 1 +
 3 files changed, 3 insertions(+)

refused (PREFLIGHT_FAILED): 034-cats cannot land now. WP01.py in <repository> is not tracked there, and the landing would overwrite it. Move it away.
[1]
""")


def test_a_rehearsal_before_the_acceptance_shows_what_is_in_the_way(
    finished: Screencast,
) -> None:
    finished.write("WP01.py", "mine\n")
    shown = finished.type(REHEARSE)
    assert shown.splitlines()[-2:] == snapshot(
        [
            "refused (FEATURE_NOT_READY): WP01.py in <repository> is not tracked there, and the landing would overwrite it. Move it away. 034-cats is not accepted. Accept it (again): spec-kitty accept --feature 034-cats",
            "[1]",
        ]
    )


def test_a_rehearsal_asks_the_remote(accepted: Screencast) -> None:
    there = remote(accepted)
    assert accepted.type(f"{REHEARSE} --push").splitlines()[0] == snapshot(
        "034-cats would land on main at 000100010001 (merge, pushed to origin first)"
    )
    tree = there.git("rev-parse", "main^{tree}")
    new = there.git("commit-tree", tree, "-p", "main", "-m", "Elsewhere")
    there.git("update-ref", "refs/heads/main", new)
    # Whether both rehearsals make the same commit depends on the second of the clock.
    _, _, after_its_commit = accepted.type(f"{REHEARSE} --push").partition(" 034-cats\n")
    assert after_its_commit == snapshot("""\
  000700070007 WP03: Sleep
  000600060006 WP03: Sleep
  000500050005 WP02: Meow
  000400040004 WP02: Meow
  000300030003 WP01: Purr
  000200020002 WP01: Purr

 WP01.py | 1 +
 WP02.py | 1 +
 WP03.py | 1 +
 3 files changed, 3 insertions(+)

refused (PUSH_FAILED): origin has commits on main that are not here, so it would not take the merge. Bring them here (git pull origin main), then accept again: spec-kitty accept --feature 034-cats
[1]
""")


def test_a_merge_made_elsewhere_is_recorded(finished: Screencast) -> None:
    assert finished.type(f"{REHEARSE} --recorded") == snapshot("""\
refused (FEATURE_NOT_READY): main does not hold all of 034-cats: merging it would still change something. Fetch and update the branch, or merge it here.
[1]
""")
    finished.project.repo.git("merge", "--quiet", "--squash", SLUG)
    finished.project.repo.commit("Cats, by pull request")
    assert finished.type(f"{REHEARSE} --recorded") == snapshot(
        "main holds all of 034-cats; that would be recorded at 000800080008.\n"
    )
    assert finished.type(f"{MERGE} --recorded") == snapshot("""\
034-cats is merged into main as 000800080008 (recorded): WP01, WP02, WP03.
The workspaces and branches of its work packages are removed.
""")


def test_another_target_is_refused(accepted: Screencast) -> None:
    assert accepted.type(f"{REHEARSE} --target develop") == snapshot("""\
refused (PREFLIGHT_FAILED): 034-cats lands on 'main', which its first event fixed, and not on 'develop'. Leave --target out.
[1]
""")


def remote(cast: Screencast) -> Repo:
    here = cast.project.repo
    there = Repo(here.path.parent / "remote")
    here.git("clone", "--quiet", "--bare", here.path, there.path)
    here.git("remote", "add", "origin", there.path)
    return there
