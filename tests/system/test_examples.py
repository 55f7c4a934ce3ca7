"""Runs the example orchestrators as the documentation does, and looks at what came of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runs import SLUG, Project, make_project

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = {"orchestrator.py": sys.executable, "orchestrator.sh": "sh"}
MOST_LINES = 60

# Does half of the work until it is asked for all of it.
AGENT = """
if grep -q 'Both, please' ; then echo both >> "$(basename "$PWD").txt"; fi
echo half >> "$(basename "$PWD").txt"
"""
REVIEWER = """
echo "Let me see."
if grep -q both "$(basename "$PWD").txt"; then echo '{"verdict": "approved"}'; else
    echo '{"verdict": "changes_requested", "findings": [{"message": "Both, please."}]}'
fi
"""


def orchestrate(
    project: Project, example: str, reviewer: str, agent: str = AGENT
) -> subprocess.CompletedProcess[str]:
    commands = []
    for name, text in (("agent", agent), ("reviewer", reviewer)):
        script = project.folder.parent / f"{name}.sh"
        script.write_text(text)
        commands.append(f"sh {script}")
    return subprocess.run(
        [PROGRAMS[example], str(EXAMPLES / example), SLUG, *commands],
        cwd=project.folder,
        env=project.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("example", PROGRAMS)
class TestAnExampleOrchestrator:
    def test_merges_a_feature_whose_packages_are_rejected_once(
        self, example: str, tmp_path: Path
    ) -> None:
        project = make_project(tmp_path, "WP01", "WP02 WP01")

        ended = orchestrate(project, example, REVIEWER)

        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.strip() == project.git("rev-parse", "main").strip()
        assert (project.folder / f"{SLUG}-WP02.txt").read_text() == "half\nboth\nhalf\n"
        assert project.lanes() == {"WP01": "done", "WP02": "done"}
        assert [kind for kind, package in project.events() if package == "WP02"] == [
            "PackageClaimed",
            "WorkspacePrepared",
            *("PackageSubmitted", "ReviewClaimed", "ReworkRequested"),
            *("PackageSubmitted", "ReviewClaimed", "PackageIntegrated"),
        ]

    def test_takes_an_answer_without_a_verdict_for_no_approval(
        self, example: str, tmp_path: Path
    ) -> None:
        project = make_project(tmp_path, "WP01")

        ended = orchestrate(project, example, "echo 'Looks good to me.'")

        assert ended.returncode == 1
        assert "FEATURE_NOT_READY" in ended.stderr
        assert project.lanes() == {"WP01": "blocked"}

    def test_does_not_submit_what_a_failed_agent_left(self, example: str, tmp_path: Path) -> None:
        project = make_project(tmp_path, "WP01")

        ended = orchestrate(project, example, REVIEWER, agent="echo half > half.txt; exit 1")

        assert ended.returncode == 1
        assert project.lanes() == {"WP01": "blocked"}
        kinds = [kind for kind, _ in project.events()]
        assert kinds == ["PackageClaimed", "WorkspacePrepared", "PackageBlocked"]

    def test_is_no_longer_than_is_promised(self, example: str) -> None:
        assert len((EXAMPLES / example).read_text().splitlines()) <= MOST_LINES
