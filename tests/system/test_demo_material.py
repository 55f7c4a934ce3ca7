"""Plays the demo's library with its scripted agent, as a provider would, and looks at what came."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from door import POLICY, Answer, call
from repository import Repo, make_repo

EXAMPLES = Path(__file__).parents[2] / "examples"
LIBRARY = EXAMPLES / "library"
SLUG = "001-numbers-at-a-glance"
CHECK = "python3 -m unittest"
PACKAGES = [f"WP{number:02}" for number in range(1, 8)]


def ask_agent(role: str, package: str, place: Path, prompt: str = "") -> str:
    """Runs the agent in a folder; it must end well. Returns what it printed."""
    own = {"SPEC_KITTY_ROLE": role, "SPEC_KITTY_WP": package, "SCRIPTED_AGENT_SECONDS": "0"}
    ended = subprocess.run(
        [sys.executable, EXAMPLES / "scripted_agent.py"],
        cwd=place,
        env={**os.environ, **own},
        input=prompt,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def verdict_on(package: str, place: Path) -> dict[str, Any]:
    """Returns the reviewer's verdict, which is the last thing that it prints."""
    answer = re.search(r"```json\n(.*)\n```\n\Z", ask_agent("review", package, place), re.DOTALL)
    assert answer
    verdict: dict[str, Any] = json.loads(answer[1])
    return verdict


def finding_ids(verdict: dict[str, Any]) -> list[str]:
    return [finding["id"] for finding in verdict["findings"]]


def lay(place: Path, *versions: str) -> Path:
    """Copies parts of the library into a folder, one over the other."""
    for version in versions:
        shutil.copytree(LIBRARY / version, place, dirs_exist_ok=True)
    return place


def snapshot(place: Path) -> dict[str, str]:
    """Returns the text of every file that belongs to the work."""
    found = (file for file in place.rglob("*") if file.is_file())
    kept = (file for file in found if not {"__pycache__", ".git"} & set(file.parts))
    return {str(file.relative_to(place)): file.read_text() for file in kept}


@dataclass
class Play:
    """Is a run of the whole feature, wave by wave, every call through the contract's door."""

    repo: Repo
    scratch: Path
    waves: list[list[str]] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def call(self, command: str, *words: str) -> Answer:
        about = ("--feature", SLUG, "--actor", "player", "--policy", POLICY)
        return call(self.repo, command, *about, *words)

    def run(self) -> None:
        """Takes all that is ready through the same steps at once, until nothing is."""
        for _ in PACKAGES:
            ready = call(self.repo, "list-ready", "--feature", SLUG).data["ready_work_packages"]
            if not ready:
                return
            wave = sorted(package["wp_id"] for package in ready)
            self.waves.append(wave)
            places = {package: self.start(package) for package in wave}
            with ThreadPoolExecutor() as pool:
                list(pool.map(partial(ask_agent, "implement"), places, places.values()))
            for package, place in places.items():
                self.finish(package, place)
        raise AssertionError("The feature has more waves than packages.")

    def start(self, package: str) -> Path:
        return Path(self.call("start-implementation", "--wp", package).data["workspace_path"])

    def finish(self, package: str, place: Path) -> None:
        """Submits and reviews a work package until it is done, with rework in between."""
        for _ in range(3):
            assert self.call("transition", "--wp", package, "--to", "for_review").data
            prompt = self.review(package, place)
            if prompt is None:
                return
            ask_agent("implement", package, place, prompt)
        raise AssertionError(f"{package} is not done.")

    def review(self, package: str, place: Path) -> str | None:
        """Has a copy reviewed and hands the verdict in; returns what rework is asked for."""
        assert self.call("start-review", "--wp", package).data
        copy = self.scratch / f"{package}-{len(self.told[package])}"
        verdict = verdict_on(package, Path(shutil.copytree(place, copy)))
        self.told[package].append(" ".join([verdict["verdict"], *finding_ids(verdict)]))
        lane = "done" if verdict["verdict"] == "approved" else "in_progress"
        said = ("--review-ref", "review", "--evidence-json", json.dumps(verdict))
        answer = self.call("transition", "--wp", package, "--to", lane, *said)
        if answer.envelope["success"]:
            return None if lane == "done" else json.dumps(verdict["findings"])
        code, facts = answer.refusal
        self.told[package].append(f"{code} {facts['files']} with {facts['other_wp']}")
        return "Solve the conflict."


@pytest.fixture
def play(tmp_path: Path) -> Play:
    repo = make_repo(tmp_path / "glimpse")
    lay(repo.path, "start")
    repo.write(".kittify/config.toml", f'[verify]\ncommand = "{CHECK}"\n')
    shutil.copytree(LIBRARY / "plan", repo.path / "kitty-specs" / SLUG)
    repo.commit("Plan glimpse")
    return Play(repo, tmp_path / "copies")


def test_the_seven_packages_become_a_merged_library_whose_command_answers(play: Play) -> None:
    play.run()

    assert play.waves == [["WP01", "WP05"], ["WP02", "WP03", "WP06"], ["WP04"], ["WP07"]]
    conflict = "INTEGRATION_CONFLICT ['glimpse/__init__.py'] with WP01"
    assert play.told == {
        **{package: ["approved"] for package in PACKAGES},
        "WP02": ["changes_requested F1-flat F2-gap", "approved"],
        "WP05": ["approved", conflict, "approved"],
    }
    state = call(play.repo, "feature-state", "--feature", SLUG).data
    assert {each["wp_id"]: each["lane"] for each in state["work_packages"]} == dict.fromkeys(
        PACKAGES, "done"
    )
    assert state["warnings"] == []
    assert play.call("accept-feature").data
    assert sorted(play.call("merge-feature").data["merged_wps"]) == PACKAGES
    assert play.repo.status() == ""
    require_the_library(play.repo.path)


def require_the_library(place: Path) -> None:
    """Asserts that the tests of the merged library pass, all of them, and that it does its job."""
    checked = subprocess.run(
        [sys.executable, *CHECK.split()[1:]], cwd=place, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    assert "Ran 23 tests" in checked.stderr
    words = "120 80 400 1.2k 2k 1.7k 3.1k".split()
    line = subprocess.check_output(
        [sys.executable, "-m", "glimpse", *words], cwd=place, encoding="utf-8"
    )
    assert line == "▁▁▂▄▅▅█  low 80  high 3.1k  mean 1.23k  change +2.98k (+2483 %)\n"
    assert line in (place / "README.md").read_text()


class TestTheReviewer:
    def test_rejects_what_fails_and_approves_the_same_work_once_it_works(
        self, tmp_path: Path
    ) -> None:
        place = lay(tmp_path, "start", "work/WP01", "work/WP02")

        first = verdict_on("WP02", place)
        second = verdict_on("WP02", lay(place, "work/WP02-reworked"))

        assert (first["verdict"], finding_ids(first)) == (
            "changes_requested",
            ["F1-flat", "F2-gap"],
        )
        seen = [finding["message"].split(" It gives: ")[1] for finding in first["findings"]]
        assert [said.split(":")[0] for said in seen] == ["ZeroDivisionError", "TypeError"]
        assert (second["verdict"], second["findings"]) == ("approved", [])

    def test_rejects_work_whose_tests_fail(self, tmp_path: Path) -> None:
        place = lay(tmp_path, "start", "work/WP01")
        (place / "tests" / "test_wrong.py").write_text("import nothing_of_this_name\n")

        verdict = verdict_on("WP01", place)

        assert (verdict["verdict"], finding_ids(verdict)) == ("changes_requested", ["F0-tests"])

    @pytest.mark.parametrize("package", PACKAGES)
    def test_rejects_a_package_that_was_never_worked_on(self, tmp_path: Path, package: str) -> None:
        assert verdict_on(package, lay(tmp_path, "start"))["verdict"] == "changes_requested"


class TestTheImplementer:
    @pytest.mark.parametrize("prompt", ["Please try again.", "F1-flat: draw it in the middle."])
    def test_reworks_nothing_unless_every_finding_stands_in_the_prompt(
        self, tmp_path: Path, prompt: str
    ) -> None:
        place = lay(tmp_path, "start", "work/WP01", "work/WP02")
        before = snapshot(place)

        ask_agent("implement", "WP02", place, prompt)

        assert snapshot(place) == before

    @pytest.mark.parametrize(("package", "other"), [("WP01", "WP05"), ("WP05", "WP01")])
    def test_keeps_both_sides_of_a_conflict_whichever_was_first(
        self, tmp_path: Path, package: str, other: str
    ) -> None:
        place = lay(tmp_path, "start", f"work/{other}", f"work/{package}")
        names = place / "glimpse" / "__init__.py"
        names.write_text(f"<<<<<<< ours\n{names.read_text()}=======\n>>>>>>> theirs\n")

        ask_agent("implement", package, place)

        assert '__all__ = ["Series", "short"]' in names.read_text()

    @pytest.mark.parametrize(("package", "other"), [("WP01", "WP05"), ("WP05", "WP01")])
    def test_keeps_what_is_there_when_the_other_side_was_done_before(
        self, tmp_path: Path, package: str, other: str
    ) -> None:
        place = lay(tmp_path, "start", f"work/{other}")

        ask_agent("implement", package, place)

        names = (place / "glimpse" / "__init__.py").read_text()
        assert '__all__ = ["Series", "short"]' in names

    def test_started_again_after_the_work_changes_nothing(self, tmp_path: Path) -> None:
        place = lay(tmp_path, "start", "work/WP01", "work/WP02", "work/WP02-reworked")
        before = snapshot(place)

        ask_agent("implement", "WP02", place)

        assert snapshot(place) == before

    def test_commits_but_every_second_package_leaves_its_last_file(self, tmp_path: Path) -> None:
        repo = make_repo(tmp_path / "glimpse")
        lay(repo.path, "start")
        repo.commit("Start glimpse")
        left = {}

        for package in ("WP01", "WP02"):
            ask_agent("implement", package, repo.path)
            left[package] = repo.status()

        assert left == {"WP01": "", "WP02": "?? glimpse/bars.py"}
