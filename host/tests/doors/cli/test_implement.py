"""`spec-kitty implement`, as a person sees it."""

from __future__ import annotations

from inline_snapshot import snapshot

from project import SLUG
from screencast import Screencast


def test_implement_claims_and_says_where_to_go(cast: Screencast) -> None:
    assert cast.type("spec-kitty implement WP01") == snapshot("""\
WP01 Purr is claimed by Alice Example, attempt 1.
  prompt  .git/spec-kitty/prompts/034-cats/WP01.md
  branch  034-cats-WP01, from 034-cats at 000100010001

  cd .worktrees/034-cats-WP01

When the work is done there, submit it (what is uncommitted is committed for you):
  spec-kitty agent tasks move-task WP01 --to for_review
""")
    assert cast.project.workspace("WP01").is_dir()


def test_repeating_it_says_the_same_again(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    assert cast.type("spec-kitty implement wp01") == snapshot("""\
WP01 Purr is already claimed by Alice Example, attempt 1.
  prompt  .git/spec-kitty/prompts/034-cats/WP01.md
  branch  034-cats-WP01, from 034-cats at 000100010001

  cd .worktrees/034-cats-WP01

When the work is done there, submit it (what is uncommitted is committed for you):
  spec-kitty agent tasks move-task WP01 --to for_review
""")


def test_somebody_else_and_an_agent_can_be_named(cast: Screencast) -> None:
    shown = cast.type("spec-kitty implement WP01 --actor bob --agent codex")
    assert shown.splitlines()[0] == snapshot("WP01 Purr is claimed by bob (codex), attempt 1.")


def test_what_somebody_holds_is_refused(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01 --actor bob")
    assert cast.type("spec-kitty implement WP01") == snapshot("""\
refused (WP_ALREADY_CLAIMED): WP01 is claimed by bob. Take another work package, or ask bob; 'spec-kitty why WP01' says since when. If bob is gone, a person releases it: spec-kitty agent tasks move-task WP01 --to planned --note 'bob is gone'
[1]
""")


def test_what_waits_for_others_is_refused(cast: Screencast) -> None:
    assert cast.type("spec-kitty implement WP03") == snapshot("""\
refused (DEPENDENCIES_NOT_SATISFIED): WP03 depends on WP01 (planned). Finish what it depends on first.
[1]
""")


def test_without_a_git_identity_the_person_is_asked_for_it(cast: Screencast) -> None:
    cast.project.repo.git("config", "user.name", "")
    assert cast.type("spec-kitty implement WP01") == snapshot("""\
refused (ENVIRONMENT_UNSUPPORTED): Git does not know who you are. Run 'git config --global user.name "Your Name"' and 'git config --global user.email you@example.org', then try again.
[1]
""")


def test_the_line_that_releases_a_claim_can_be_typed_as_it_stands(cast: Screencast) -> None:
    cast.type('spec-kitty implement WP01 --actor "Bob\'s robot"')
    told = cast.type("spec-kitty implement WP01").splitlines()[0]

    released = cast.type(told[told.index("spec-kitty agent") :])

    assert released.startswith("WP01: in_progress -> planned.")
    assert cast.type("spec-kitty implement WP01").startswith("WP01 Purr is claimed by ")


def test_who_names_an_actor_is_told_a_line_that_names_it(cast: Screencast) -> None:
    told = cast.type('spec-kitty implement WP01 --actor "Bob\'s robot"').splitlines()
    cast.work("WP01", "cat.py", "meow = 1\n")

    assert "[1]" not in cast.type(told[-1].strip())


def test_a_set_up_that_fails_shows_what_it_printed(cast: Screencast) -> None:
    cast.write(".kittify/config.toml", '[worktree]\nsetup = "echo no compiler; exit 3"\n')
    cast.project.repo.commit("Set up")
    assert cast.type("spec-kitty implement WP01") == snapshot("""\
refused (WORKSPACE_FAILED): The set-up command 'echo no compiler; exit 3' ended with status 3 after 0.1 s. Mend it (it is [worktree] setup in .kittify/config.toml) and start again.

  | no compiler
[1]
""")


def test_a_folder_with_a_space_is_quoted(cast: Screencast) -> None:
    cast.project.repo.path.rename(cast.project.repo.path.parent / "my project")
    cast.project.repo.path.symlink_to("my project")
    inside = cast.project.repo.path / "kitty-specs"
    shown = cast.type("spec-kitty implement WP01", folder=str(inside))
    assert "\n  cd '/" in shown


def test_with_several_open_features_one_must_be_named(cast: Screencast) -> None:
    plan_dogs(cast)
    assert cast.type("spec-kitty implement WP01") == snapshot("""\
refused (USAGE_ERROR): It is not clear which feature is meant: 034-cats, 035-dogs. Name one with --feature, or change to one of its workspaces or branches.
[2]
""")
    assert cast.type("spec-kitty implement WP01 --feature 035-dogs") == snapshot("""\
WP01 Bark is claimed by Alice Example, attempt 1.
  prompt  .git/spec-kitty/prompts/035-dogs/WP01.md
  branch  035-dogs-WP01, from 035-dogs at 000100010001

  cd .worktrees/035-dogs-WP01

When the work is done there, submit it (what is uncommitted is committed for you):
  spec-kitty agent tasks move-task WP01 --to for_review --feature 035-dogs
""")


def test_a_workspace_and_a_branch_say_the_feature(cast: Screencast) -> None:
    plan_dogs(cast)
    cast.type(f"spec-kitty implement WP01 --feature {SLUG}")
    listed = cast.type("spec-kitty agent tasks list", folder=f".worktrees/{SLUG}-WP01")
    assert listed == snapshot("""\
WP01  in_progress  Alice Example  Purr
WP02  planned      -              Meow
WP03  planned      -              Sleep
""")
    cast.project.repo.git("switch", "--quiet", "--create", "035-dogs")
    assert cast.type("spec-kitty agent tasks list") == snapshot("WP01  planned      -  Bark\n")


def plan_dogs(cast: Screencast) -> None:
    cast.write(
        "kitty-specs/035-dogs/tasks/WP01-bark.md",
        "---\nwork_package_id: WP01\ntitle: Bark\ndependencies: []\n---\nBark.\n",
    )
    cast.project.repo.commit("Plan the dogs")
