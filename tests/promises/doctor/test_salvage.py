"""`spec-kitty salvage`: what is kept can be found, and given back without losing anything."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from doctor.patients import Patient
from doctor.told_scenes import salvage_of_nothing
from project import SLUG
from repository import Repo
from screencast import Screencast
from soundness import require_sound

PatientIn = Callable[[str], Patient]
KEPT = f"refs/spec-kitty-salvage/{SLUG}/WP03/1"
RESTORE = f"spec-kitty salvage restore {SLUG}/WP03/1"


@pytest.fixture
def cast(patient: PatientIn) -> Screencast:
    """WP03 was canceled with uncommitted work; nothing else is kept."""
    return Screencast(patient("canceled"))


def _taken_up_again(cast: Screencast) -> Repo:
    words = "agent tasks move-task WP03 --to planned --force --note 'Needed after all.'"
    cast.type(f"spec-kitty {words}")
    cast.type("spec-kitty implement WP03")
    return Repo(cast.project.workspace("WP03"))


def test_where_nothing_is_kept_that_is_said(patient: PatientIn) -> None:
    cast = Screencast(patient("running"))
    assert cast.type("spec-kitty salvage list") == snapshot("Nothing is kept.\n")
    assert cast.type(f"spec-kitty salvage list --feature {SLUG} --json") == "[]\n"


def test_what_is_kept_is_listed(cast: Screencast) -> None:
    at = cast.project.repo.git("log", "-1", "--format=%cd", "--date=format:%Y-%m-%d %H:%M", KEPT)
    shown = cast.type("spec-kitty salvage list").replace(at, "<when>")
    assert shown == snapshot("""\
034-cats/WP03/1
  kept    <when>, canceled: not needed
  holds   uncommitted work, 1 file
  commit  000100010001

Give some of it back, as a branch:
  spec-kitty salvage restore 034-cats/WP03/1
""")


def test_programs_see_what_is_kept_and_where_else_it_is(cast: Screencast) -> None:
    cast.type(RESTORE)
    (kept,) = json.loads(cast.type("spec-kitty salvage list --json"))
    kept["kept_at"] = kept["kept_at"][:2]
    assert kept == snapshot(
        {
            "ref": "refs/spec-kitty-salvage/034-cats/WP03/1",
            "feature_slug": "034-cats",
            "wp_id": "WP03",
            "number": 1,
            "commit": "0001000100010001000100010001000100010001",
            "kept_at": "20",
            "why": "canceled: not needed",
            "subject": "Uncommitted work of WP03, kept before its removal",
            "uncommitted": True,
            "files": 1,
            "contained_in": ["salvage/034-cats-WP03-1"],
        }
    )


def test_it_becomes_a_branch_and_stays_kept(cast: Screencast) -> None:
    repo = cast.project.repo
    kept = repo.tip(KEPT)
    assert cast.type(RESTORE) == snapshot("""\
The branch salvage/034-cats-WP03-1 is at what was kept.

Look at it:
  git show --stat salvage/034-cats-WP03-1
""")
    assert cast.type(f"spec-kitty salvage restore {SLUG} wp03 1") == snapshot("""\
The branch salvage/034-cats-WP03-1 stands there already.

Look at it:
  git show --stat salvage/034-cats-WP03-1
""")
    assert (repo.tip(f"salvage/{SLUG}-WP03-1"), repo.tip(KEPT)) == (kept, kept)
    assert repo.git("show", f"salvage/{SLUG}-WP03-1:bird.py") == "tweet = 1"
    assert cast.type(f"{RESTORE} --to birds") == snapshot("""\
The branch birds is at what was kept.

Look at it:
  git show --stat birds
""")
    require_sound(repo)


def test_no_branch_is_overwritten_or_made_in_the_host_s_way(cast: Screencast) -> None:
    before = cast.project.repo.git("for-each-ref")
    for name in ("main", SLUG, f"{SLUG}-WP03", "a..b", "--force", "main/under"):
        shown = cast.type(f"{RESTORE} --to={name}")
        assert shown.startswith("refused ("), (name, shown)
        assert "Traceback" not in shown
    assert cast.project.repo.git("for-each-ref") == before


def test_it_comes_into_a_workspace_as_uncommitted_files(cast: Screencast) -> None:
    birds = _taken_up_again(cast)
    tip = birds.tip()
    assert cast.type(f"{RESTORE} --into WP03") == snapshot("""\
034-cats/WP03/1 is in the workspace of WP03, as uncommitted changes.

  cd .worktrees/034-cats-WP03
""")
    assert (birds.tip(), birds.status()) == (tip, "?? bird.py")
    assert (birds.path / "bird.py").read_text() == "tweet = 1\n"
    assert cast.type(f"{RESTORE} --into WP03") == snapshot("""\
The workspace of WP03 holds all of 034-cats/WP03/1 already.

  cd .worktrees/034-cats-WP03
""")
    assert cast.type("spec-kitty doctor") == "1 feature: nothing is wrong.\n"
    assert cast.project.move("WP03", "for_review", "Alice Example").data
    require_sound(cast.project.repo)


def test_a_workspace_that_is_not_clean_stays_as_it_is(cast: Screencast) -> None:
    birds = _taken_up_again(cast)
    birds.write("egg.py", "egg = 1\n")
    assert cast.type(f"{RESTORE} --into WP03") == snapshot("""\
refused (WORKSPACE_FAILED): The workspace of WP03 has uncommitted changes: egg.py. Commit them there, then try again.
[1]
""")
    assert birds.status() == "?? egg.py"


def test_work_that_conflicts_is_left_kept(cast: Screencast) -> None:
    birds = _taken_up_again(cast)
    birds.write("bird.py", "tweet = 2\n")
    birds.commit("Tweet otherwise")
    assert cast.type(f"{RESTORE} --into WP03") == snapshot("""\
refused (MERGE_FAILED): The kept work cannot be brought into WP03: it conflicts with it in bird.py. Restore it to a branch (leave out --into) and take over from there what you need.
[1]
""")
    assert birds.status() == ""


def test_there_is_a_time_for_restoring(cast: Screencast) -> None:
    assert cast.type(f"{RESTORE} --into WP03") == snapshot("""\
refused (PREFLIGHT_FAILED): Nothing can be restored into WP03 now: it is canceled, and what is changed there now is not part of its work. Bring it back to work first, or restore to a branch (leave out --into).
[1]
""")
    assert cast.type(f"{RESTORE} --into WP02") == snapshot("""\
refused (PREFLIGHT_FAILED): Nothing can be restored into WP02 now: it is for_review, and what is changed there now is not part of its work. Bring it back to work first, or restore to a branch (leave out --into).
[1]
""")


def test_what_is_not_kept_cannot_be_restored(cast: Screencast) -> None:
    salvage_of_nothing(cast.project)  # type: ignore[arg-type]  # the fixture makes a Patient
    assert cast.type(f"spec-kitty salvage restore {SLUG}/WP03/7") == snapshot("""\
refused (USAGE_ERROR): Nothing is kept as 034-cats/WP03/7. There is: 034-cats/WP03/1, 034-cats/WP03/2.
[2]
""")
    assert cast.type(f"spec-kitty salvage restore {SLUG} WP03 2") == snapshot("""\
refused (REF_DIVERGED): refs/spec-kitty-salvage/034-cats/WP03/2 names nothing that git can read as a commit. Fetch it from a clone or backup that has it.
[1]
""")
    assert cast.type("spec-kitty salvage restore") == snapshot("""\
refused (USAGE_ERROR): Name one thing that is kept, as in 'spec-kitty salvage restore 034-cats/WP03/1', and either --to or --into. 'spec-kitty salvage list' shows what there is.
[2]
""")
    assert cast.type(f"{RESTORE} --to a --into WP03").endswith("[2]\n")
    assert "Git cannot read" in cast.type("spec-kitty salvage list")


def test_a_shell_completes_what_is_kept(cast: Screencast) -> None:
    env = {
        "_SPEC_KITTY_COMPLETE": "bash_complete",
        "COMP_WORDS": "spec-kitty salvage restore 034",
        "COMP_CWORD": "3",
    }
    assert cast.type("spec-kitty", env=env) == f"plain,{SLUG}/WP03/1\n"
