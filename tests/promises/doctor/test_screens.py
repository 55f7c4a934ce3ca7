"""What people see of the doctor: calm, whole, and with commands that can be copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from doctor.mended_scenes import branch_deleted, journal_locked, workspace_deleted
from doctor.patients import Patient
from doctor.told_scenes import feature_branch_moved, filter_of_the_repository, journal_of_garbage
from project import SLUG
from screencast import Screencast

PatientIn = Callable[[str], Patient]


@pytest.fixture
def ill(patient: PatientIn) -> Screencast:
    """Something to mend, something to decide, something to know."""
    here = patient("running")
    for happen in (
        feature_branch_moved,
        branch_deleted,
        workspace_deleted,
        journal_locked,
        filter_of_the_repository,
    ):
        happen(here)
    return Screencast(here)


def test_one_line_says_that_nothing_is_wrong(patient: PatientIn) -> None:
    cast = Screencast(patient("running"))
    assert cast.type("spec-kitty doctor") == snapshot("1 feature: nothing is wrong.\n")
    assert cast.type("spec-kitty doctor --fix") == snapshot("1 feature: nothing is wrong.\n")


def test_findings_are_told_by_feature(ill: Screencast) -> None:
    assert ill.type("spec-kitty doctor") == snapshot("""\
1 feature: 4 things wrong, 1 note.

034-cats
  wrong  The branch 034-cats is at 000100010001, but the journal left it at 000200020002. Somebody moved it.
         The host builds on no branch that is not as its journal left it.
         Keep what you need of it, then put it back:
           git branch 034-cats-as-found-0000000 0001000100010001000100010001000100010001 && git update-ref refs/heads/034-cats 0002000200020002000200020002000200020002 0001000100010001000100010001000100010001
  wrong  A git command was interrupted and left .git/refs/spec-kitty/034-cats.lock.
         While it is there git refuses what it locks.
         --fix removes it: it is the host's own, and nobody holds it.
  wrong  WP02: its branch is gone.
         Nobody can go on from a branch that is not there.
         --fix makes the branch 034-cats-WP02 again at 000300030003, where the journal left it.
  wrong  WP03: Its workspace .worktrees/034-cats-WP03 is not there any more, deleted or moved by hand.
         Whoever holds it has nowhere to work.
         --fix makes it again at its branch, copied files and set-up included; a folder that was moved with 'mv' stays where it is, and what was not committed is in there alone.

This clone
  note   The repository's own configuration sets filter.crypt.clean, which the host does not run.
         Agents can write this configuration, so the host runs no program from it.
         If you trust that program, set it in your own configuration:
           git config --global filter.crypt.clean <command>

This puts 3 of them right, and says each step before it takes it:
  spec-kitty doctor --fix
[1]
""")


def test_on_a_narrow_terminal_sentences_go_on_below_themselves(ill: Screencast) -> None:
    env = {"NO_COLOR": "1"}
    assert ill.type_at_terminal("spec-kitty doctor", 60, env) == snapshot("""\
1 feature: 4 things wrong, 1 note.

034-cats
  wrong  The branch 034-cats is at 000100010001, but the
         journal left it at 000200020002. Somebody moved it.
         The host builds on no branch that is not as its
         journal left it.
         Keep what you need of it, then put it back:
           git branch 034-cats-as-found-0000000 0001000100010001000100010001000100010001 && git update-ref refs/heads/034-cats 0002000200020002000200020002000200020002 0001000100010001000100010001000100010001
  wrong  A git command was interrupted and left
         .git/refs/spec-kitty/034-cats.lock.
         While it is there git refuses what it locks.
         --fix removes it: it is the host's own, and nobody
         holds it.
  wrong  WP02: its branch is gone.
         Nobody can go on from a branch that is not there.
         --fix makes the branch 034-cats-WP02 again at
         000300030003, where the journal left it.
  wrong  WP03: Its workspace .worktrees/034-cats-WP03 is not
         there any more, deleted or moved by hand.
         Whoever holds it has nowhere to work.
         --fix makes it again at its branch, copied files
         and set-up included; a folder that was moved with
         'mv' stays where it is, and what was not committed
         is in there alone.

This clone
  note   The repository's own configuration sets
         filter.crypt.clean, which the host does not run.
         Agents can write this configuration, so the host
         runs no program from it.
         If you trust that program, set it in your own
         configuration:
           git config --global filter.crypt.clean <command>

This puts 3 of them right, and says each step before it takes it:
  spec-kitty doctor --fix
""")


def test_colours_say_what_is_wrong(ill: Screencast) -> None:
    shown = ill.type_at_terminal("spec-kitty doctor", 100)
    assert "\x1b[31m\x1b[1mwrong\x1b[0m" in shown
    assert "\x1b[33m\x1b[1mnote \x1b[0m" in shown


def test_each_act_is_said_before_it_is_done(ill: Screencast) -> None:
    assert ill.type("spec-kitty doctor --fix") == snapshot("""\
034-cats: A git command was interrupted and left .git/refs/spec-kitty/034-cats.lock.
  doctor removes it: it is the host's own, and nobody holds it.
  done
034-cats: WP02: its branch is gone.
  doctor makes the branch 034-cats-WP02 again at 000100010001, where the journal left it.
  done
034-cats: WP03: Its workspace .worktrees/034-cats-WP03 is not there any more, deleted or moved by hand.
  doctor makes it again at its branch, copied files and set-up included; a folder that was moved with 'mv' stays where it is, and what was not committed is in there alone.
  done

1 feature: 1 thing wrong, 1 note.

034-cats
  wrong  The branch 034-cats is at 000200020002, but the journal left it at 000300030003. Somebody moved it.
         The host builds on no branch that is not as its journal left it.
         Keep what you need of it, then put it back:
           git branch 034-cats-as-found-0000000 0002000200020002000200020002000200020002 && git update-ref refs/heads/034-cats 0003000300030003000300030003000300030003 0002000200020002000200020002000200020002

This clone
  note   The repository's own configuration sets filter.crypt.clean, which the host does not run.
         Agents can write this configuration, so the host runs no program from it.
         If you trust that program, set it in your own configuration:
           git config --global filter.crypt.clean <command>
[1]
""")


def test_an_act_that_cannot_be_done_is_told(patient: PatientIn) -> None:
    here = patient("running")
    here.repo.write(".kittify/config.toml", "[worktree]\nsetup = 'exit 3'\n")
    here.repo.commit("Set workspaces up")
    workspace_deleted(here)
    assert Screencast(here).type("spec-kitty doctor --fix") == snapshot("""\
034-cats: WP03: Its workspace .worktrees/034-cats-WP03 is not there any more, deleted or moved by hand.
  doctor makes it again at its branch, copied files and set-up included; a folder that was moved with 'mv' stays where it is, and what was not committed is in there alone.
  not done: The set-up command 'exit 3' ended with status 3 after 0.1 s. Mend it (it is [worktree] setup in .kittify/config.toml) and start again.

1 feature: 1 act could not be done.
[1]
""")


def test_a_feature_can_be_looked_at_alone(ill: Screencast) -> None:
    shown = ill.type(f"spec-kitty doctor --feature {SLUG}")
    assert shown == ill.type("spec-kitty doctor")
    assert ill.type("spec-kitty doctor --feature 035-dogs") == snapshot("""\
refused (FEATURE_NOT_FOUND): No feature '035-dogs' is committed on main. There is: 034-cats.
[1]
""")
    assert ill.type("spec-kitty doctor --feature ../x") == snapshot("""\
refused (USAGE_ERROR): This is no value for '--feature': '../x' cannot be a feature. Slugs look like 034-my-feature: at most 100 letters, digits, '.', '_' and '-'. 'spec-kitty doctor --help' shows how it is called.
[2]
""")


def test_a_damaged_journal_hides_no_other_feature(patient: PatientIn) -> None:
    here = patient("running")
    here.repo.write("kitty-specs/035-dogs/meta.json", "{")
    here.repo.write("kitty-specs/035-dogs/tasks/WP01-bark.md", "no front matter\n")
    here.repo.commit("Plan dogs badly")
    journal_of_garbage(here)
    said = json.loads(Screencast(here).type("spec-kitty doctor --json").removesuffix("[1]\n"))
    found = [(each["kind"], each["feature_slug"]) for each in said["findings"]]
    assert found == [("plan-broken", "035-dogs"), ("journal-damaged", SLUG)][::-1]


def test_programs_get_everything(patient: PatientIn) -> None:
    here = patient("running")
    shutil.rmtree(here.workspace("WP03"))
    cast = Screencast(here)
    assert cast.type("spec-kitty doctor --json") == snapshot("""\
{
  "features": 1,
  "healthy": false,
  "findings": [
    {
      "kind": "workspace-missing",
      "severity": "wrong",
      "feature_slug": "034-cats",
      "wp_id": "WP03",
      "place": "<repository>/.worktrees/034-cats-WP03",
      "message": "WP03: Its workspace <repository>/.worktrees/034-cats-WP03 is not there any more, deleted or moved by hand.",
      "why": "Whoever holds it has nowhere to work.",
      "fix": "makes it again at its branch, copied files and set-up included; a folder that was moved with 'mv' stays where it is, and what was not committed is in there alone",
      "remedy": "If you moved it, move it back. Else start it again:",
      "commands": [
        "spec-kitty implement WP03 --feature 034-cats --actor bot"
      ]
    }
  ],
  "mended": []
}
[1]
""")
    said = json.loads(cast.type("spec-kitty doctor --fix --json"))
    assert (said["healthy"], said["findings"]) == (True, [])
    assert [(each["kind"], each["done"]) for each in said["mended"]] == [
        ("workspace-missing", True)
    ]
