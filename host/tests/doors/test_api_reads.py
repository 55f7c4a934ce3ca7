"""What the reading commands of the contract answer. Whole answers are in contract/v1/examples."""
# ruff: noqa: E501 (sentences are compared whole, each on its line)

from inline_snapshot import snapshot

from door import call
from project import Project


def test_contract_version_says_what_the_host_speaks(project: Project) -> None:
    assert call(project.repo, "contract-version").data == snapshot(
        {"api_version": "1.0.0", "min_supported_provider_version": "0.1.0"}
    )


def test_a_provider_of_the_oldest_version_that_fits_is_welcome(project: Project) -> None:
    answer = call(project.repo, "contract-version", "--provider-version", "0.1.0")
    assert answer.data == snapshot(
        {
            "api_version": "1.0.0",
            "min_supported_provider_version": "0.1.0",
            "provider_version": "0.1.0",
        }
    )


def test_a_version_that_cannot_be_read_does_not_fit(project: Project) -> None:
    answer = call(project.repo, "contract-version", "--provider-version", "newest")
    assert answer.refusal == snapshot(
        (
            "CONTRACT_VERSION_MISMATCH",
            {
                "provider_version": "newest",
                "api_version": "1.0.0",
                "min_supported_provider_version": "0.1.0",
            },
        )
    )


def test_the_contract_version_is_told_outside_a_repository(project: Project) -> None:
    assert call(project.repo.path.parent, "contract-version").data["api_version"] == "1.0.0"


def test_a_fresh_feature_has_every_package_planned(project: Project) -> None:
    state = project.ask("feature-state")
    del state["work_packages"]
    assert state == snapshot(
        {
            "feature_slug": "034-cats",
            "target_branch": "main",
            "feature_branch": None,
            "feature_commit": None,
            "summary": {
                "planned": 3,
                "in_progress": 0,
                "for_review": 0,
                "done": 0,
                "blocked": 0,
                "canceled": 0,
                "total": 3,
            },
            "accepted": False,
            "acceptance": None,
            "merge": None,
            "cursor": None,
            "warnings": [],
        }
    )
    assert project.packages() == snapshot(
        [
            {"wp_id": "WP01", "title": "Purr", "lane": "planned"},
            {"wp_id": "WP02", "title": "Meow", "lane": "planned"},
            {"wp_id": "WP03", "title": "Sleep", "lane": "planned", "dependencies": ["WP01"]},
        ]
    )


def test_a_feature_under_way_shows_claims_reviews_and_commits(project: Project) -> None:
    project.start("WP02", "bot", "--agent", "claude", "--run-id", "run-1")
    project.submit("WP01")
    project.review("WP01", "critic", "--agent", "codex")
    assert project.packages() == snapshot(
        [
            {
                "wp_id": "WP01",
                "title": "Purr",
                "lane": "for_review",
                "attempt": 1,
                "claimed_by": "bot",
                "claimed_at": "2026-01-01T12:00:00.000000+00:00",
                "reviewer": "critic",
                "reviewed_head": "0002000200020002000200020002000200020002",
                "plan_commit": "0001000100010001000100010001000100010001",
                "base_commit": "0001000100010001000100010001000100010001",
                "head_commit": "0002000200020002000200020002000200020002",
                "last_actor": "critic",
                "changed_at": "2026-01-01T12:00:00.000000+00:00",
            },
            {
                "wp_id": "WP02",
                "title": "Meow",
                "lane": "in_progress",
                "attempt": 1,
                "claimed_by": "bot",
                "agent": "claude",
                "run_id": "run-1",
                "claimed_at": "2026-01-01T12:00:00.000000+00:00",
                "plan_commit": "0001000100010001000100010001000100010001",
                "base_commit": "0001000100010001000100010001000100010001",
                "last_actor": "bot",
                "changed_at": "2026-01-01T12:00:00.000000+00:00",
            },
            {"wp_id": "WP03", "title": "Sleep", "lane": "planned", "dependencies": ["WP01"]},
        ]
    )


def test_a_package_that_left_the_plan_stays_with_a_warning(project: Project) -> None:
    project.start("WP02")
    (project.repo.path / "kitty-specs/034-cats/tasks/WP02-meow.md").unlink()
    project.repo.commit("Forget about meowing")
    assert project.ask("feature-state")["warnings"] == snapshot(
        ["WP02 is not in the plan any more; it stays with its history."]
    )


def test_a_broken_file_spoils_its_own_package_only(project: Project) -> None:
    project.repo.write("kitty-specs/034-cats/tasks/WP02-meow.md", "---\ntitle: [\n---\n")
    project.repo.commit("Break a file")
    assert project.ask("feature-state")["warnings"] == snapshot(
        [
            "kitty-specs/034-cats/tasks/WP02-meow.md:3: error: The front matter is not YAML: did not find expected node content."
        ]
    )
    ready = project.ask("list-ready")["ready_work_packages"]
    assert [package["wp_id"] for package in ready] == ["WP01"]


def test_ready_packages_come_longest_remaining_path_first(project: Project) -> None:
    assert project.ask("list-ready") == snapshot(
        {
            "feature_slug": "034-cats",
            "ready_work_packages": [
                {
                    "wp_id": "WP01",
                    "title": "Purr",
                    "lane": "planned",
                    "dependencies_satisfied": True,
                    "recommended_base": "main",
                    "remaining_minutes": 120,
                    "overlaps_with": [],
                },
                {
                    "wp_id": "WP02",
                    "title": "Meow",
                    "lane": "planned",
                    "dependencies_satisfied": True,
                    "recommended_base": "main",
                    "remaining_minutes": 60,
                    "overlaps_with": [],
                },
            ],
        }
    )


def test_a_ready_package_names_running_ones_that_own_the_same_files(project: Project) -> None:
    project.plan("WP04", "Hiss", more="owned_files: [src/meow/loud.py]\n")
    project.repo.commit("Plan hissing")
    project.start("WP02")
    ready = project.ask("list-ready")["ready_work_packages"]
    assert {package["wp_id"]: package["overlaps_with"] for package in ready} == snapshot(
        {"WP01": [], "WP04": ["WP02"]}
    )


def test_explain_says_of_each_package_why_it_is_not_further(project: Project) -> None:
    project.start("WP02")
    assert project.ask("explain")["work_packages"] == snapshot(
        [
            {
                "wp_id": "WP01",
                "lane": "planned",
                "reason": "planned: it is ready. Start it: spec-kitty implement WP01",
            },
            {
                "wp_id": "WP02",
                "lane": "in_progress",
                "reason": "in_progress: bot works on it since 2026-01-01T12:00, attempt 1.",
            },
            {"wp_id": "WP03", "lane": "planned", "reason": "planned: it waits for WP01 (planned)."},
        ]
    )


def test_explain_can_be_asked_about_one_package(project: Project) -> None:
    assert project.ask("explain", "--wp", "WP03") == snapshot(
        {
            "feature_slug": "034-cats",
            "work_packages": [
                {
                    "wp_id": "WP03",
                    "lane": "planned",
                    "reason": "planned: it waits for WP01 (planned).",
                }
            ],
        }
    )


def test_a_workspace_that_was_never_made_is_named_but_not_there(project: Project) -> None:
    assert project.ask("resolve-workspace", "--wp", "WP01") == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "branch": "034-cats-WP01",
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "workspace_exists": False,
            "prompt_path": None,
        }
    )


def test_a_started_package_has_its_workspace_and_prompt(project: Project) -> None:
    project.start("WP01")
    assert project.ask("resolve-workspace", "--wp", "WP01") == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "branch": "034-cats-WP01",
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "workspace_exists": True,
            "prompt_path": "<repository>/.git/spec-kitty/prompts/034-cats/WP01.md",
        }
    )


def test_reads_work_from_inside_a_workspace(project: Project) -> None:
    project.start("WP01")
    answer = call(project.workspace("WP01"), "list-ready", "--feature", "034-cats")
    assert [each["wp_id"] for each in answer.data["ready_work_packages"]] == ["WP02"]


def test_a_feature_without_events_has_an_empty_history(project: Project) -> None:
    assert project.ask("history") == snapshot(
        {"feature_slug": "034-cats", "events": [], "cursor": None}
    )


def test_history_tells_what_happened(project: Project) -> None:
    project.submit("WP01")
    assert [event["sentence"] for event in project.ask("history")["events"]] == snapshot(
        [
            "WP01: planned -> in_progress, attempt 1, by bot",
            "WP01: workspace prepared by bot",
            "WP01: in_progress -> for_review at 000600060006 by bot",
        ]
    )


def test_history_of_one_package_leaves_the_others_out(project: Project) -> None:
    project.start("WP01")
    project.start("WP02")
    events = project.ask("history", "--wp", "WP02")["events"]
    assert [(event["sequence"], event["type"]) for event in events] == snapshot(
        [(3, "PackageClaimed"), (4, "WorkspacePrepared")]
    )


def test_history_goes_on_after_a_cursor(project: Project) -> None:
    project.start("WP01")
    seen = project.api("history").data["cursor"]
    project.api("append-history", "--wp", "WP02", "--actor", "bot", "--note", "Soon.")
    later = project.api("history", "--after", seen).data["events"]
    assert [event["type"] for event in later] == snapshot(["NoteAdded"])


def test_a_cursor_of_another_journal_is_refused(project: Project) -> None:
    project.start("WP01")
    assert project.refused("history", "--after", project.repo.tip()) == snapshot(
        ("USAGE_ERROR", {"flag": "--after"})
    )


def test_reads_change_nothing(project: Project) -> None:
    before = project.repo.git("for-each-ref"), project.repo.status()
    for command in ("feature-state", "list-ready", "explain", "history"):
        project.api(command)
    project.api("resolve-workspace", "--wp", "WP01")
    assert (project.repo.git("for-each-ref"), project.repo.status()) == before
