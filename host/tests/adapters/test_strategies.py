from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from repository import Repo
from spec_kitty.adapters.git.commits import CommitWriter
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.integration.merges import Integration
from spec_kitty.adapters.strategies import Strategies
from spec_kitty.domain.feature import Acceptance, Feature, Package
from spec_kitty.domain.feature import Integration as Integrated
from spec_kitty.domain.people import Person
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Merged

LINES = "".join(f"{number}\n" for number in range(1, 40))
TITLES = {"WP01": "Feed the cat", "WP02": "Pet the cat"}


@dataclass
class Built:
    """A feature branch on which work packages are integrated one after the other."""

    repo: Repo
    packages: dict[str, Package] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self.repo.write("text", LINES)
        self.repo.commit()
        self.repo.git("branch", "034-x")

    def package(self, package: str, files: dict[str, str], message: str = "Work") -> None:
        self.repo.git("checkout", "-q", "-B", f"034-x-{package}", "034-x")
        for path, text in files.items():
            self.repo.write(path, text)
        head = self.repo.commit(message)
        self.repo.git("checkout", "-q", "034-x")
        self.repo.git("merge", "-q", "--no-ff", "-m", f"Integrate {package}", head)
        self.number += 1
        before = self.packages.get(package, Package(package))
        integrated = Integrated(self.number, self.repo.tip(), head)
        self.packages[package] = before.replace(integrations=(*before.integrations, integrated))

    def target(self, files: dict[str, str]) -> None:
        self.repo.git("checkout", "-q", "main")
        for path, text in files.items():
            self.repo.write(path, text)
        self.repo.commit("Change the target")

    def accepted(self) -> Feature:
        target, tip = self.repo.tip("main"), self.repo.tip("034-x")
        merged = self.integration.merge(target, tip)
        assert isinstance(merged, Merged)
        acceptance = Acceptance("alice", "2026-11-22T00:00:00Z", tip, target, merged.tree)
        return Feature("034-x", "main", acceptance=acceptance, packages=self.packages)

    @property
    def git(self) -> Git:
        return Git(locate(str(self.repo.path)))

    @property
    def integration(self) -> Integration:
        return Integration(self.git)

    def land(self, strategy: str) -> str:
        commits = CommitWriter(self.git, Person("Alice", "a@example.org"), 1_700_000_000)
        strategies = Strategies(self.git, self.integration, commits)
        feature = self.accepted()
        target = self.repo.tip("main")
        landed = strategies.land_commit(strategy, target, feature, "Merge 034-x\n", TITLES)
        assert feature.acceptance is not None
        assert self.repo.git("rev-parse", f"{landed}^{{tree}}") == feature.acceptance.tree
        return landed

    def history(self, landed: str) -> list[str]:
        words = ("log", "--first-parent", "--reverse", "--format=%s", f"main..{landed}")
        return self.repo.git(*words).splitlines()


@pytest.fixture
def built(repo: Repo) -> Built:
    made = Built(repo)
    made.package("WP01", {"text": LINES.replace("1\n", "one\n", 1), "a": "1\n"})
    made.package("WP02", {"text": LINES.replace("1\n", "one\n", 1).replace("39\n", "x\n")})
    return made


def parents(built: Built, landed: str) -> list[str]:
    return built.repo.git("log", "-1", "--format=%P", landed).split()


def test_merge_makes_one_commit_of_two_parents_even_where_none_is_needed(built: Built) -> None:
    landed = built.land("merge")

    assert parents(built, landed) == [built.repo.tip("main"), built.repo.tip("034-x")]
    assert built.history(landed) == ["Merge 034-x"]


def test_squash_makes_one_commit_on_the_target(built: Built) -> None:
    built.target({"elsewhere": "x\n"})

    landed = built.land("squash")

    assert parents(built, landed) == [built.repo.tip("main")]


def test_rebase_makes_one_commit_for_each_integration_in_their_order(built: Built) -> None:
    landed = built.land("rebase")

    assert built.history(landed) == ["WP01: Feed the cat", "WP02: Pet the cat"]
    assert built.repo.git("rev-list", "--merges", f"main..{landed}") == ""
    assert built.repo.git("show", "--format=", "--name-only", f"{landed}~1").splitlines() == [
        "a",
        "text",
    ]


def test_rebase_goes_onto_a_target_that_moved(built: Built) -> None:
    built.target({"elsewhere": "x\n", "text": LINES.replace("20\n", "twenty\n")})

    landed = built.land("rebase")

    assert built.history(landed) == ["WP01: Feed the cat", "WP02: Pet the cat"]
    assert built.repo.git("show", "--format=", "--name-only", landed) == "text"


def test_rebase_keeps_a_package_that_was_integrated_again_as_a_second_commit(built: Built) -> None:
    built.package("WP01", {"b": "2\n"})

    landed = built.land("rebase")

    assert built.history(landed) == [
        "WP01: Feed the cat",
        "WP02: Pet the cat",
        "WP01: Feed the cat",
    ]


def test_rebase_leaves_out_what_a_rework_brought_from_the_target(built: Built) -> None:
    built.target({"from-target": "x\n"})
    repo = built.repo
    repo.git("checkout", "-q", "-B", "034-x-WP02", "034-x")
    repo.git("merge", "-q", "--no-edit", "main")
    repo.git("checkout", "-q", "034-x")
    repo.git("merge", "-q", "--no-ff", "-m", "Integrate WP02", "034-x-WP02")
    before = built.packages["WP02"]
    again = Integrated(3, repo.tip(), repo.tip("034-x-WP02"))
    built.packages["WP02"] = before.replace(integrations=(*before.integrations, again))

    landed = built.land("rebase")

    touched = repo.git("log", "--format=", "--name-only", f"main..{landed}").split()
    assert "from-target" not in touched


def test_rebase_credits_whom_the_commits_of_the_work_package_credit(built: Built) -> None:
    built.package("WP02", {"b": "2\n"}, "Work\n\nCo-authored-by: codex <codex@example.org>")

    landed = built.land("rebase")

    assert built.repo.git("log", "-1", "--format=%B", landed).strip() == (
        "WP02: Pet the cat\n\nCo-authored-by: codex <codex@example.org>"
    )


def test_rebase_is_refused_where_only_the_sum_of_the_changes_fits(built: Built) -> None:
    built.package("WP01", {"text": _text("transient")})
    built.package("WP02", {"text": _text("20")})
    built.target({"text": LINES.replace("20\n", "twenty\n")})

    with pytest.raises(Refusal) as refused:
        built.land("rebase")

    assert refused.value.code is ErrorCode.MERGE_FAILED
    assert refused.value.facts == {"wp_id": "WP01", "files": ["text"]}
    assert "--strategy merge" in refused.value.message


def _text(twentieth: str) -> str:
    text = LINES.replace("1\n", "one\n", 1).replace("39\n", "x\n")
    return text.replace("20\n", f"{twentieth}\n")


def test_work_on_the_feature_branch_that_no_integration_brought_refuses_rebase(
    built: Built,
) -> None:
    built.repo.write("by-hand", "x\n")
    built.repo.commit("By hand")

    with pytest.raises(Refusal, match="would differ from the accepted tree") as refused:
        built.land("rebase")

    assert refused.value.code is ErrorCode.MERGE_FAILED
    built.land("squash")


def test_nothing_lands_without_an_acceptance_on_this_target(built: Built) -> None:
    commits = CommitWriter(built.git, Person("Alice", "a@example.org"), 1_700_000_000)
    strategies = Strategies(built.git, built.integration, commits)
    feature = built.accepted()
    built.target({"x": "1\n"})

    with pytest.raises(Refusal) as refused:
        strategies.land_commit("merge", built.repo.tip("main"), feature, "Merge", TITLES)

    assert refused.value.code is ErrorCode.FEATURE_NOT_READY
