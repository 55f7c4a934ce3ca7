"""Landing by each strategy, whatever is checked out where: the accepted tree, and nothing else."""

from pathlib import Path

import pytest

from deliveries import STRATEGIES, accept, merge, require_landed
from people import Person
from project import Project
from soundness import Watched
from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller
from states import branches, kinds


@pytest.fixture
def moved(ready: Project) -> Project:
    """A feature that is done, whose target has moved on meanwhile."""
    ready.repo.write("other.txt", "meanwhile\n")
    ready.repo.commit("Meanwhile")
    return ready


@pytest.mark.parametrize("strategy", STRATEGIES)
class TestLanding:
    def test_a_clean_checkout_of_the_target_follows(self, moved: Project, strategy: str) -> None:
        old, tree = moved.repo.tip(), accept(moved)

        answer = merge(moved, "--strategy", strategy)

        require_landed(moved, answer, strategy, old, tree)
        assert (moved.repo.path / "cat.py").read_text() == "meow = 2\n"

    def test_a_persons_other_changes_stay(
        self, moved: Project, sound: Watched, strategy: str
    ) -> None:
        old, tree = moved.repo.tip(), accept(moved)
        moved.repo.write("README.md", "# Cats, and more\n")
        moved.repo.write("note.txt", "mine\n")
        moved.repo.write("staged.txt", "mine\n")
        moved.repo.git("add", "staged.txt")
        sound.status = moved.repo.status()

        answer = merge(moved, "--strategy", strategy)

        require_landed(moved, answer, strategy, old, tree)
        assert (moved.repo.path / "README.md").read_text() == "# Cats, and more\n"

    def test_a_persons_file_in_the_way_keeps_all_as_it_is(
        self, moved: Project, sound: Watched, strategy: str
    ) -> None:
        accept(moved)
        moved.repo.write("cat.py", "mine\n")
        sound.status = moved.repo.status()
        before, happened = branches(moved), kinds(moved)

        code, facts = merge(moved, "--strategy", strategy).refusal

        assert (code, len(facts["blockers"])) == ("PREFLIGHT_FAILED", 1)
        assert "cat.py" in facts["blockers"][0]
        assert (branches(moved), kinds(moved)) == (before, happened)
        assert (moved.repo.path / "cat.py").read_text() == "mine\n"
        assert moved.workspace("WP01").exists()

    def test_a_target_that_is_not_checked_out_moves_alone(
        self, moved: Project, strategy: str
    ) -> None:
        moved.repo.git("checkout", "--quiet", "-b", "mine")
        old, tree = moved.repo.tip("main"), accept(moved)

        answer = merge(moved, "--strategy", strategy)

        require_landed(moved, answer, strategy, old, tree)
        assert not (moved.repo.path / "cat.py").exists()

    def test_a_target_in_another_worktree_is_brought_along_there(
        self, moved: Project, strategy: str
    ) -> None:
        moved.repo.git("checkout", "--quiet", "--detach")
        elsewhere = moved.repo.path.parent / "elsewhere"
        moved.repo.git("worktree", "add", "--quiet", elsewhere, "main")
        old, tree = moved.repo.tip("main"), accept(moved)

        answer = merge(moved, "--strategy", strategy)

        require_landed(moved, answer, strategy, old, tree)
        assert (elsewhere / "src/dog.py").read_text() == "woof = 1\n"
        assert moved.repo.git("-C", elsewhere, "status", "--porcelain") == ""
        assert not (moved.repo.path / "cat.py").exists()

    def test_a_target_that_stood_still(self, ready: Project, strategy: str) -> None:
        old, tree = ready.repo.tip(), accept(ready)

        answer = merge(ready, "--strategy", strategy)

        require_landed(ready, answer, strategy, old, tree)


def test_the_projects_strategy_counts_where_none_is_asked_for(ready: Project) -> None:
    ready.repo.write(".kittify/config.toml", '[merge]\nstrategy = "squash"\n')
    old = ready.repo.commit("Configure")
    tree = accept(ready)

    require_landed(ready, merge(ready), "squash", old, tree)


def test_an_unknown_strategy_is_refused(ready: Project) -> None:
    accept(ready)

    assert merge(ready, "--strategy", "octopus").error == "UNSUPPORTED_STRATEGY"


def test_another_target_than_the_features_is_refused(ready: Project) -> None:
    ready.repo.git("branch", "release")
    accept(ready)

    code, facts = merge(ready, "--target", "release").refusal

    assert (code, facts) == ("PREFLIGHT_FAILED", {"target_branch": "main", "asked": "release"})


def test_a_merge_again_is_no_second_merge(ready: Project) -> None:
    accept(ready)
    first = merge(ready).data
    before = branches(ready), kinds(ready)

    again = merge(ready).data

    assert again == {**first, "no_op": True}
    assert (branches(ready), kinds(ready)) == before


def test_a_rebase_of_the_target_that_is_under_way_is_waited_for(
    ready: Project, sound: Watched
) -> None:
    accept(ready)
    before = branches(ready)
    with pytest.raises(AssertionError):
        ready.repo.git("rebase", "--quiet", "--exec", "false", "HEAD^")
    sound.status = ready.repo.status()

    assert merge(ready).error == "PREFLIGHT_FAILED"

    assert branches(ready) == before
    ready.repo.git("rebase", "--abort")
    assert merge(ready).data["merged"]


def test_the_merge_acts_as_the_actor_of_the_acceptance(ready: Project) -> None:
    accept(ready)

    assert ready.api("merge-feature").data["merged"]

    assert ready.api("history").data["events"][-1]["actor"] == "bot"


def test_work_after_the_integration_is_salvaged_before_its_workspace_goes(
    ready: Project,
) -> None:
    accept(ready)
    ready.work("WP02", "later.py", "later = 1\n")

    assert merge(ready).data["worktree_removed"] is True

    kept = "refs/spec-kitty-salvage/034-cats/WP02/1:later.py"
    assert ready.repo.git("show", kept) == "later = 1"


def test_a_workspace_that_cannot_be_salvaged_stays(ready: Project) -> None:
    accept(ready)
    nested = ready.workspace("WP02") / "nested"
    nested.mkdir()
    ready.repo.git("-C", nested, "init", "--quiet")
    (nested / "x").write_text("x\n")

    data = merge(ready).data

    assert (data["merged"], data["worktree_removed"]) == (True, False)
    assert "034-cats-WP02" in data["warnings"][0]
    assert (nested / "x").exists()
    assert not ready.workspace("WP01").exists()


def test_the_merge_of_a_person_lands_the_same(
    ready: Project, alice: Person, tmp_path: Path
) -> None:
    old = ready.repo.tip()
    tree = alice.accept()["tree"]

    alice.merge(strategy="rebase")

    assert ready.repo.git("rev-parse", "main^{tree}") == tree
    assert ready.repo.git("merge-base", old, "main") == old
    assert alice.call == Call(Caller("alice", person=True))
