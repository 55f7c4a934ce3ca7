"""`spec-kitty init`, `feature` and `validate`, as a person sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from project import SLUG, Project
from repository import Repo
from screencast import Screencast


@pytest.fixture
def fresh(tmp_path: Path) -> Screencast:
    """A repository with one commit that has never heard of us."""
    path = tmp_path / "fresh"
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "--quiet")
    repo.write("README.md", "# Cats\n")
    repo.commit("Start")
    return Screencast(Project(repo))


def test_init_prepares_a_repository(fresh: Screencast) -> None:
    repo = fresh.project.repo
    assert fresh.type("spec-kitty init") == snapshot("""\
Wrote .kittify/config.toml: every setting, with its default.
It counts once it is committed on main:
  git add .kittify/config.toml && git commit -m 'Set up spec-kitty'
""")
    assert repo.status() == "?? .kittify/"
    assert (repo.path / ".git/info/exclude").read_text().splitlines()[-1] == "/.worktrees/"


def test_init_twice_changes_nothing(fresh: Screencast) -> None:
    fresh.type("spec-kitty init")
    fresh.project.repo.commit("Set up spec-kitty")
    exclude = fresh.project.repo.path / ".git/info/exclude"
    before = exclude.read_bytes()
    assert fresh.type("spec-kitty init") == snapshot("""\
This repository is prepared already; nothing was changed.

Plan a feature:
  spec-kitty feature create "My feature"
""")
    assert (fresh.project.repo.status(), exclude.read_bytes()) == ("", before)


def test_a_feature_is_created_validated_and_committed(fresh: Screencast) -> None:
    fresh.type("spec-kitty init")
    assert fresh.type('spec-kitty feature create "Cats that purr"') == snapshot("""\
Wrote kitty-specs/001-cats-that-purr. Fill in:

  spec.md                   who needs it, and how somebody sees that it works
  plan.md                   the approach and its risks
  tasks.md                  the list of work packages
  tasks/WP01-first-step.md  the first work package; add WP02-….md and so on

It counts once it is committed on main:
  git add .kittify/config.toml kitty-specs/001-cats-that-purr && git commit -m 'Plan 001-cats-that-purr'

Then look for mistakes in it:
  spec-kitty validate 001-cats-that-purr
""")
    assert fresh.type("spec-kitty validate") == snapshot("""\
.kittify/config.toml: error: This is not committed on main: git add .kittify/config.toml && git commit
kitty-specs/001-cats-that-purr: error: This is not committed on main: git add kitty-specs/001-cats-that-purr && git commit
1 feature, 0 work packages, 2 errors.
[1]
""")
    fresh.project.repo.commit("Plan")
    assert fresh.type("spec-kitty validate") == snapshot(
        "1 feature, 1 work package, no problems.\n"
    )


def test_a_feature_gets_the_number_that_is_asked_for(fresh: Screencast) -> None:
    shown = fresh.type("spec-kitty feature create 'It is: a \"title\"' --number 34")
    assert shown.splitlines()[0] == snapshot("Wrote kitty-specs/034-it-is-a-title. Fill in:")


def test_features_are_created_in_a_repository_without_a_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("init", "--quiet")
    unborn = Screencast(Project(repo))
    unborn.type("spec-kitty init")
    unborn.type("spec-kitty feature create Cats")
    repo.commit("Plan")
    assert unborn.type("spec-kitty validate") == snapshot(
        "1 feature, 1 work package, no problems.\n"
    )


def test_features_are_not_planned_in_a_workspace(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    workspace = f".worktrees/{SLUG}-WP01"
    assert cast.type("spec-kitty feature create Dogs", workspace) == snapshot("""\
refused (PREFLIGHT_FAILED): This is a linked worktree, and what is planned here would not count. Plan in the main checkout: cd <repository>
[1]
""")
    assert cast.type("spec-kitty init", workspace) == snapshot("""\
refused (PREFLIGHT_FAILED): This is a linked worktree, and what is planned here would not count. Plan in the main checkout: cd <repository>
[1]
""")


def test_features_are_not_planned_on_another_branch(cast: Screencast) -> None:
    cast.project.repo.git("switch", "--quiet", "--create", "other")
    assert cast.type("spec-kitty feature create Dogs") == snapshot("""\
refused (PREFLIGHT_FAILED): Features are planned on main, but 'other' is checked out. Change to it: git switch main
[1]
""")
    assert cast.project.repo.status() == ""


def test_features_are_listed_with_how_far_they_have_come(cast: Screencast) -> None:
    cast.done("WP01")
    cast.type("spec-kitty implement WP02")
    cast.type("spec-kitty feature create Dogs")
    assert cast.type("spec-kitty feature list") == snapshot("""\
feature   stage  target  work packages                     title
034-cats  open   main    1 planned, 1 in_progress, 1 done
035-dogs  draft  main    not committed yet
""")
    assert cast.type("spec-kitty feature list --json") == snapshot("""\
[
  {
    "feature_slug": "034-cats",
    "title": "034-cats",
    "target_branch": "main",
    "stage": "open",
    "summary": {
      "planned": 1,
      "in_progress": 1,
      "for_review": 0,
      "done": 1,
      "blocked": 0,
      "canceled": 0
    },
    "problem": null
  },
  {
    "feature_slug": "035-dogs",
    "title": "",
    "target_branch": "main",
    "stage": "draft",
    "summary": {},
    "problem": null
  }
]
""")


def test_a_feature_that_cannot_be_read_does_not_hide_the_others(cast: Screencast) -> None:
    cast.project.repo.git("update-ref", "refs/spec-kitty/007-dogs", "HEAD")
    shown = cast.type("spec-kitty feature list").splitlines()
    assert [line.split()[:2] for line in shown[:3]] == snapshot(
        [["feature", "stage"], ["007-dogs", "unreadable"], ["034-cats", "open"]]
    )
    assert shown[3].startswith("007-dogs: The journal of 007-dogs cannot be read at ")


def test_long_lists_keep_to_a_narrow_terminal(cast: Screencast) -> None:
    title = "Cats that purr for longer than anybody would want to read in a list of features"
    cast.write(f"kitty-specs/{SLUG}/meta.json", f'{{"title": "{title}"}}')
    cast.project.repo.commit()
    shown = cast.type_at_terminal("spec-kitty feature list", 60, {"NO_COLOR": "1"})
    assert shown == snapshot("""\
034-cats  Cats that purr for longer than anybody would want…
  open, lands on main: 3 planned
""")


def test_a_plan_is_shown_with_its_order_and_longest_way(cast: Screencast) -> None:
    assert cast.type("spec-kitty feature show") == snapshot("""\
034-cats
open, lands on main

id    title  waits for  estimate  lane
WP01  Purr   -          -         planned
WP02  Meow   -          -         planned
WP03  Sleep  WP01       -         planned

  at once      WP01 WP02, then WP03
  longest way  WP01 -> WP03
  takes        2 h (one hour where there is no estimate)
""")
    assert cast.type(f"spec-kitty feature show {SLUG} --json") == snapshot("""\
{
  "feature_slug": "034-cats",
  "title": "034-cats",
  "target_branch": "main",
  "stage": "open",
  "work_packages": [
    {
      "wp_id": "WP01",
      "title": "Purr",
      "lane": "planned",
      "dependencies": [],
      "estimate_minutes": null,
      "path": "kitty-specs/034-cats/tasks/WP01-purr.md"
    },
    {
      "wp_id": "WP02",
      "title": "Meow",
      "lane": "planned",
      "dependencies": [],
      "estimate_minutes": null,
      "path": "kitty-specs/034-cats/tasks/WP02-meow.md"
    },
    {
      "wp_id": "WP03",
      "title": "Sleep",
      "lane": "planned",
      "dependencies": [
        "WP01"
      ],
      "estimate_minutes": null,
      "path": "kitty-specs/034-cats/tasks/WP03-sleep.md"
    }
  ],
  "waves": [
    [
      "WP01",
      "WP02"
    ],
    [
      "WP03"
    ]
  ],
  "critical_path": [
    "WP01",
    "WP03"
  ],
  "critical_path_minutes": 120,
  "problems": []
}
""")


def test_without_a_feature_the_list_says_what_to_do(fresh: Screencast) -> None:
    assert fresh.type("spec-kitty feature list") == snapshot("""\
There is no feature yet.

Plan one:
  spec-kitty feature create "My feature"
""")


def test_a_good_plan_has_no_problems(cast: Screencast) -> None:
    assert cast.type("spec-kitty validate") == snapshot(
        "1 feature, 3 work packages, no problems.\n"
    )
    assert cast.type("spec-kitty validate --json") == snapshot("""\
{
  "features": 1,
  "work_packages": 3,
  "errors": 0,
  "warnings": 0,
  "problems": []
}
""")


def test_every_mistake_is_named_with_file_and_line(cast: Screencast) -> None:
    folder = f"kitty-specs/{SLUG}/tasks"
    cast.write(f"{folder}/WP04-a.md", "---\nwork_package_id: WP04\ndependencies: WP01\n---\n")
    cast.write(f"{folder}/WP05-a.md", "---\nwork_package_id: WP50\ndependencies: [WP99]\n---\n")
    cast.write(f"{folder}/WP06-a.md", "---\ntitle: [x\n---\n")
    cast.write(f"{folder}/WP07-a.md", "---\nwork_package_id: WP07\ndependencies: [WP08]\n---\n")
    cast.write(f"{folder}/WP08-a.md", "---\nwork_package_id: WP08\ndependencies: [WP07]\n---\n")
    cast.write(f"{folder}/WP08-b.md", "---\nwork_package_id: WP08\n---\n")
    cast.write(f"{folder}/WPx.md", "---\nwork_package_id: WPx\n---\n")
    cast.write(".kittify/config.toml", '[merge]\nstrategy = "octopus"\n')
    cast.project.repo.commit("Plan badly")
    assert cast.type("spec-kitty validate") == snapshot("""\
.kittify/config.toml:2: error: 'merge.strategy' must be one of "merge", "squash", "rebase".
kitty-specs/034-cats/tasks/WP04-a.md:3: error: 'dependencies' is a text. Write a list: dependencies: [WP01]
kitty-specs/034-cats/tasks/WP05-a.md:2: error: 'work_package_id' is WP50, but the file is named WP05. Make them the same.
kitty-specs/034-cats/tasks/WP05-a.md:3: error: The dependency WP99 is not a work package of this feature. Correct it, or add tasks/WP99-<name>.md.
kitty-specs/034-cats/tasks/WP06-a.md:3: error: The front matter is not YAML: did not find expected ',' or ']'.
kitty-specs/034-cats/tasks/WP07-a.md:3: error: These work packages wait for each other: WP07 -> WP08 -> WP07. Remove one of these dependencies.
kitty-specs/034-cats/tasks/WP08-a.md:3: error: These work packages wait for each other: WP07 -> WP08 -> WP07. Remove one of these dependencies.
kitty-specs/034-cats/tasks/WP08-b.md: error: kitty-specs/034-cats/tasks/WP08-a.md is WP08 already. Give one of the files another id.
1 feature, 8 work packages, 8 errors.
[1]
""")


def test_edits_that_are_not_committed_are_problems(cast: Screencast) -> None:
    cast.write(f"kitty-specs/{SLUG}/tasks/WP01-purr.md", "---\nwork_package_id: WP01\n---\n")
    cast.write(f"kitty-specs/{SLUG}/tasks/WP09 new.md", "---\n---\n")
    cast.write(".kittify/config.toml", "# Mine\n")
    assert cast.type("spec-kitty validate") == snapshot("""\
.kittify/config.toml: error: This is not committed on main: git add .kittify/config.toml && git commit
kitty-specs/034-cats/tasks/WP01-purr.md: error: This is not committed on main: git add kitty-specs/034-cats/tasks/WP01-purr.md && git commit
kitty-specs/034-cats/tasks/WP09 new.md: error: This is not committed on main: git add 'kitty-specs/034-cats/tasks/WP09 new.md' && git commit
1 feature, 3 work packages, 3 errors.
[1]
""")
    assert cast.type(f"spec-kitty validate {SLUG}") == snapshot("""\
kitty-specs/034-cats/tasks/WP01-purr.md: error: This is not committed on main: git add kitty-specs/034-cats/tasks/WP01-purr.md && git commit
kitty-specs/034-cats/tasks/WP09 new.md: error: This is not committed on main: git add 'kitty-specs/034-cats/tasks/WP09 new.md' && git commit
1 feature, 3 work packages, 2 errors.
[1]
""")


def test_a_feature_that_is_not_there_is_refused(cast: Screencast) -> None:
    assert cast.type("spec-kitty validate 035-dogs") == snapshot("""\
refused (FEATURE_NOT_FOUND): No feature '035-dogs' is committed on main. There is: 034-cats.
[1]
""")


def test_a_feature_that_is_only_on_disk_is_told_how_to_count(cast: Screencast) -> None:
    cast.type("spec-kitty feature create Dogs")
    assert cast.type("spec-kitty validate 035-dogs") == snapshot("""\
kitty-specs/035-dogs: error: This is not committed on main: git add kitty-specs/035-dogs && git commit
1 feature, 0 work packages, 1 error.
[1]
""")
    assert cast.type(f"spec-kitty validate {SLUG}") == snapshot(
        "1 feature, 3 work packages, no problems.\n"
    )


def test_a_damaged_journal_does_not_hide_what_is_wrong_elsewhere(cast: Screencast) -> None:
    cast.project.repo.git("update-ref", f"refs/spec-kitty/{SLUG}", "HEAD")
    cast.write("kitty-specs/040-dogs/tasks/WP01-a.md", "---\nwork_package_id: WP02\n---\n")
    cast.project.repo.commit()
    assert cast.type("spec-kitty validate") == snapshot("""\
kitty-specs/040-dogs/tasks/WP01-a.md:2: error: 'work_package_id' is WP02, but the file is named WP01. Make them the same.
refs/spec-kitty/034-cats: error: The journal of 034-cats cannot be read at 000100010001: it is no event, but holds .kittify, kitty-specs. Nothing was changed. 'spec-kitty verify --feature 034-cats' says how far it is sound, and 'spec-kitty doctor' says what to do.
2 features, 4 work packages, 2 errors.
[1]
""")
