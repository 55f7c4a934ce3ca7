"""Replaced, grafted and shallow histories: the host reads and writes what is really there."""

import pytest

from door import POLICY
from project import SLUG, Project
from soundness import require_sound
from together.streams import plan_independent

JOURNAL = f"refs/spec-kitty/{SLUG}"


def replace_journal(project: Project) -> None:
    """Lets git take the journal's newest commit for its first one."""
    project.repo.git("replace", JOURNAL, project.repo.tip(f"{JOURNAL}~2"))


def replace_code(project: Project) -> None:
    """Lets git take the submitted commit for the one that it builds on."""
    head = project.repo.tip(f"{SLUG}-WP01")
    project.repo.git("replace", head, f"{head}~1")


def graft(project: Project) -> None:
    """Gives the target's commit another past."""
    orphan = project.repo.git("commit-tree", "HEAD^{tree}", "-m", "Elsewhere")
    project.repo.git("replace", "--graft", "main", orphan)


def old_grafts(project: Project) -> None:
    """The file of former days, which git still reads."""
    tip = project.repo.tip("main")
    project.repo.write(".git/info/grafts", f"{tip}\n")


def shallow(project: Project) -> None:
    """What a `git fetch --depth=1` leaves: the target has no past any more."""
    project.repo.write(".git/shallow", f"{project.repo.tip('main')}\n")


ALTERATIONS = [replace_journal, replace_code, graft, old_grafts, shallow]


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_a_story_goes_on_to_its_end(project: Project, alter: object) -> None:
    assert callable(alter)
    plan_independent(project, 1)
    project.submit("WP01")
    alter(project)

    assert project.review("WP01").data
    assert project.approve("WP01").data
    whole = ("--actor", "bot", "--policy", POLICY)
    assert project.api("accept-feature", *whole).data
    landed = project.api("merge-feature", *whole).data

    assert landed["merged"]
    told = [event["sequence"] for event in project.api("history").data["events"]]
    for ref in project.repo.git("for-each-ref", "--format=%(refname)", "refs/replace/").split():
        project.repo.git("update-ref", "-d", ref)
    for name in ("info/grafts", "shallow"):
        (project.repo.path / ".git" / name).unlink(missing_ok=True)
    assert told == list(range(1, len(project.events()) + 1))
    assert project.repo.git("show", "main:cat.py") == "meow = 1"
    require_sound(project.repo)
