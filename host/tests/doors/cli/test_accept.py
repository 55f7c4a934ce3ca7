"""`spec-kitty accept`, as a person sees it."""

from __future__ import annotations

from inline_snapshot import snapshot

from screencast import Screencast


def test_what_is_not_done_is_named(cast: Screencast) -> None:
    assert cast.type("spec-kitty accept") == snapshot("""\
refused (FEATURE_NOT_READY): 034-cats is not ready: WP01 (planned), WP02 (planned), WP03 (planned). 'spec-kitty why' says what each waits for.
[1]
""")


def test_a_finished_feature_is_accepted(cast: Screencast) -> None:
    cast.done("WP01", "WP02", "WP03")
    assert cast.type("spec-kitty accept") == snapshot("""\
034-cats is accepted by Alice Example: WP01, WP02, WP03.
  tree    000800080008, 034-cats merged with main at 000100010001
  checks  none are configured

It lands as it is with:
  spec-kitty merge
""")
    assert cast.type("spec-kitty accept").splitlines()[0] == snapshot(
        "034-cats is accepted already by Alice Example: WP01, WP02, WP03."
    )


def test_the_checks_run_on_the_tree_that_would_land(cast: Screencast) -> None:
    checks(cast, "test -e WP01.py")
    cast.done("WP01", "WP02", "WP03")
    assert cast.type("spec-kitty accept --actor bob") == snapshot("""\
034-cats is accepted by bob: WP01, WP02, WP03.
  tree    000800080008, 034-cats merged with main at 000100010001
  checks  'test -e WP01.py' passed

It lands as it is with:
  spec-kitty merge
""")


def test_checks_that_fail_show_what_they_printed(cast: Screencast) -> None:
    checks(cast, "echo 1 cat failed; exit 1")
    cast.done("WP01", "WP02", "WP03")
    assert cast.type("spec-kitty accept") == snapshot("""\
refused (VERIFICATION_FAILED): The project's checks ('echo 1 cat failed; exit 1') ended with status 1 on the tree that would land. Reopen the work package that is at fault (WP03 was integrated last), with what failed as the reason: spec-kitty agent tasks move-task WP03 --to in_progress --note 'The checks fail' --review-ref accept --feature 034-cats

  | 1 cat failed
[1]
""")


def test_a_conflict_with_the_target_names_the_package_to_reopen(cast: Screencast) -> None:
    cast.done("WP01", "WP02", "WP03")
    cast.write("WP02.py", "meow = 2\n")
    cast.project.repo.commit("Meow on main")
    assert cast.type("spec-kitty accept") == snapshot("""\
refused (FEATURE_NOT_READY): 034-cats conflicts with main in WP02.py. Reopen WP02; the target is then merged into its workspace for it to solve: spec-kitty agent tasks move-task WP02 --to in_progress --note 'Conflicts with the target' --review-ref accept --feature 034-cats
[1]
""")


def test_what_a_refused_acceptance_says_to_type_reopens_the_package(cast: Screencast) -> None:
    checks(cast, "exit 1")
    cast.done("WP01", "WP02", "WP03")
    refused = cast.type("spec-kitty accept").splitlines()[0]
    assert cast.type(refused.partition("reason: ")[2]).splitlines()[0] == snapshot(
        "WP03: done -> in_progress, attempt 2."
    )


def test_what_a_conflict_with_the_target_says_to_type_reopens_the_package(
    cast: Screencast,
) -> None:
    cast.done("WP01", "WP02", "WP03")
    cast.write("WP02.py", "meow = 2\n")
    cast.project.repo.commit("Meow on main")
    refused = cast.type("spec-kitty accept").splitlines()[0]
    assert cast.type(refused.partition("to solve: ")[2]).splitlines()[0] == snapshot(
        "WP02: done -> in_progress, attempt 2."
    )


def checks(cast: Screencast, command: str) -> None:
    cast.write(".kittify/config.toml", f'[verify]\ncommand = "{command}"\n')
    cast.project.repo.commit("Check")
