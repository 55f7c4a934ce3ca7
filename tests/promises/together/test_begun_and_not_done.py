"""A command that wrote down what it was about to do, and was killed before it did any of it."""

import pytest

from door import POLICY, Word
from killing import kill_in_transaction
from project import SLUG, Project
from soundness import require_sound
from states import branches, kinds, lane

BOT: tuple[Word, ...] = ("--feature", SLUG, "--wp", "WP01", "--policy", POLICY, "--actor", "bot")
CANCEL: tuple[Word, ...] = ("transition", *BOT, "--to", "canceled", "--note", "No.")
SUBMIT: tuple[Word, ...] = ("transition", *BOT, "--to", "for_review")


# Canceling keeps the work in a transaction of its own, before.
@pytest.mark.parametrize(("words", "call"), [(CANCEL, 2), (SUBMIT, 1)], ids=["cancel", "submit"])
def test_the_next_command_leaves_branches_and_workspace_as_they_are(
    project: Project, words: tuple[Word, ...], call: int
) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    workspace = project.workspace("WP01")
    before = branches(project), project.repo.git("-C", workspace, "status", "--porcelain")
    kill_in_transaction(project.repo.path, call, 0, words)

    note = ("append-history", "--feature", SLUG, "--wp", "WP01", "--actor", "eve", "--note", "Hm.")
    assert project.api(*note[:1], *note[3:]).data

    assert (lane(project), kinds(project)[-1]) == ("in_progress", "NoteAdded")
    assert (workspace / "cat.py").read_text() == "meow = 1\n"
    after = branches(project), project.repo.git("-C", workspace, "status", "--porcelain")
    assert after == before
    require_sound(project.repo)
