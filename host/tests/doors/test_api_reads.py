"""What the reading commands of the contract answer. Whole answers are in contract/v1/examples."""
# ruff: noqa: E501 (sentences are compared whole, each on its line)

import json

import pytest
from inline_snapshot import snapshot

from door import POLICY, call
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
            {
                "wp_id": "WP01",
                "title": "Purr",
                "lane": "planned",
                "ready": True,
                "owned_files": ["src/purr/**"],
                "remaining_minutes": 120,
            },
            {
                "wp_id": "WP02",
                "title": "Meow",
                "lane": "planned",
                "ready": True,
                "owned_files": ["src/meow/**"],
                "remaining_minutes": 60,
            },
            {
                "wp_id": "WP03",
                "title": "Sleep",
                "lane": "planned",
                "dependencies": ["WP01"],
                "remaining_minutes": 60,
            },
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
                "owned_files": ["src/purr/**"],
                "remaining_minutes": 120,
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
                "owned_files": ["src/meow/**"],
                "remaining_minutes": 60,
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
            {
                "wp_id": "WP03",
                "title": "Sleep",
                "lane": "planned",
                "dependencies": ["WP01"],
                "remaining_minutes": 60,
            },
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


def test_the_state_says_what_the_plan_says_and_what_can_start(project: Project) -> None:
    project.plan("WP02", "Meow", ["WP09"], more="estimate_minutes: 30\n")
    project.plan("WP04", "Hiss", ["WP03"], more="estimate_minutes: 15\nowned_files: [a, a]\n")
    project.repo.commit("Plan more")
    assert project.start("WP01").data
    fields = ("wp_id", "ready", "estimate_minutes", "remaining_minutes", "owned_files", "problems")
    state = project.ask("feature-state")
    assert [tuple(each[name] for name in fields) for each in state["work_packages"]] == snapshot(
        [
            ("WP01", False, None, 135, ["src/purr/**"], []),
            (
                "WP02",
                False,
                30,
                30,
                [],
                [
                    "kitty-specs/034-cats/tasks/WP02-meow.md:4: error: The dependency WP09 is not a work package of this feature. Correct it, or add tasks/WP09-<name>.md."
                ],
            ),
            ("WP03", False, None, 75, [], []),
            ("WP04", False, 15, 15, ["a"], []),
        ]
    )
    assert [text for text in state["warnings"] if "WP04" in text] == snapshot(
        ["kitty-specs/034-cats/tasks/WP04-hiss.md:6: warning: 'a' stands twice in 'owned_files'."]
    )


@pytest.mark.parametrize("moment", ["planned", "held", "done", "merged"])
def test_the_state_calls_ready_what_list_ready_lists(project: Project, moment: str) -> None:
    _bring_to(project, moment)
    listed = {each["wp_id"]: each for each in project.ask("list-ready")["ready_work_packages"]}
    packages = project.ask("feature-state")["work_packages"]
    assert [each["wp_id"] for each in packages if each["ready"]] == sorted(listed)
    for each in packages:
        if each["ready"]:
            assert each["remaining_minutes"] == listed[each["wp_id"]]["remaining_minutes"]


def test_what_is_finished_or_not_in_the_plan_has_no_minutes_left(project: Project) -> None:
    project.finish("WP01")
    project.start("WP02")
    (project.repo.path / "kitty-specs/034-cats/tasks/WP02-meow.md").unlink()
    project.repo.commit("Forget about meowing")
    packages = project.ask("feature-state")["work_packages"]
    assert [(each["wp_id"], each["remaining_minutes"], each["ready"]) for each in packages] == [
        ("WP01", 0, False),
        ("WP02", 0, False),
        ("WP03", 60, True),
    ]


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


def test_explain_names_the_first_error_of_a_plan_and_no_warning(project: Project) -> None:
    project.plan("WP01", "Purr", more="owned_files: [a, a]\n")
    project.plan("WP02", "Meow", ["WP08", "WP09"], more="owned_files: [a, a]\n")
    project.repo.commit("Break a file")
    told = project.ask("explain")["work_packages"]
    assert [each["reason"] for each in told] == snapshot(
        [
            "planned: it is ready. Start it: spec-kitty implement WP01",
            "planned: its plan has an error: kitty-specs/034-cats/tasks/WP02-meow.md:4: error: The dependency WP08 is not a work package of this feature. Correct it, or add tasks/WP08-<name>.md.",
            "planned: it waits for WP01 (planned).",
        ]
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


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        (
            "",
            snapshot(
                {
                    "feature_slug": "034-cats",
                    "allowed": True,
                    "rule": None,
                    "message": None,
                    "value": None,
                    "allowed_values": None,
                    "independent_review": False,
                }
            ),
        ),
        (
            "orchestration = false",
            snapshot(
                {
                    "feature_slug": "034-cats",
                    "allowed": False,
                    "rule": "policy.orchestration",
                    "message": "The project's policy does not let orchestrators change anything. Work by hand, or have a person change `orchestration` under [policy] in .kittify/config.toml on the target branch.",
                    "value": None,
                    "allowed_values": None,
                    "independent_review": False,
                }
            ),
        ),
        (
            "agent_families = ['codex', 'qwen']",
            snapshot(
                {
                    "feature_slug": "034-cats",
                    "allowed": False,
                    "rule": "policy.agent_families",
                    "message": "The project's policy does not allow this agent_family (allowed: codex, qwen). Launch with an allowed one, or have a person change `agent_families` under [policy] in .kittify/config.toml on the target branch.",
                    "value": "claude",
                    "allowed_values": ["codex", "qwen"],
                    "independent_review": False,
                }
            ),
        ),
        (
            "agent_families = []",
            snapshot(
                {
                    "feature_slug": "034-cats",
                    "allowed": False,
                    "rule": "policy.agent_families",
                    "message": "The project's policy does not allow this agent_family (allowed: none). Launch with an allowed one, or have a person change `agent_families` under [policy] in .kittify/config.toml on the target branch.",
                    "value": "claude",
                    "allowed_values": [],
                    "independent_review": False,
                }
            ),
        ),
        (
            "forbidden_flags = ['--yolo']\nindependent_review = true",
            snapshot(
                {
                    "feature_slug": "034-cats",
                    "allowed": False,
                    "rule": "policy.forbidden_flags",
                    "message": "The project's policy forbids --yolo. Launch without it, or have a person change `forbidden_flags` under [policy] in .kittify/config.toml on the target branch.",
                    "value": "--yolo",
                    "allowed_values": None,
                    "independent_review": True,
                }
            ),
        ),
    ],
    ids=["nothing", "orchestration", "list", "empty list", "flags"],
)
def test_a_policy_can_be_asked_about_before_it_is_used(
    project: Project, settings: str, answer: dict[str, object]
) -> None:
    project.repo.write(".kittify/config.toml", f"[policy]\n{settings}\n")
    project.repo.commit("Set a policy")
    policy = json.dumps({**json.loads(POLICY), "dangerous_flags": ["--yolo"]})
    told = project.ask("check-policy", "--policy", policy)
    assert told == answer
    start = call(
        project.repo,
        *("start-implementation", "--feature", "034-cats", "--wp", "WP01"),
        *("--actor", "bot", "--policy", policy),
    )
    assert start.envelope["success"] is told["allowed"]
    assert told["message"] == (None if told["allowed"] else start.message)


def test_metadata_that_is_none_is_no_question(project: Project) -> None:
    assert project.refused("check-policy", "--policy", "{}") == snapshot(
        ("POLICY_VALIDATION_FAILED", {"field": "orchestrator_id", "rule": "missing_field"})
    )
    assert project.refused("check-policy") == snapshot(("USAGE_ERROR", {"missing": ["--policy"]}))


def test_settings_with_an_error_answer_no_question(project: Project) -> None:
    project.repo.write(".kittify/config.toml", "[policy]\norchestratoin = false\n")
    project.repo.commit("Misspell a rule")
    assert project.refused("check-policy", "--policy", POLICY)[0] == "PLAN_INVALID"


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
    for command in ("feature-state", "list-ready", "explain", "forecast", "history"):
        project.api(command)
    project.api("resolve-workspace", "--wp", "WP01")
    project.api("check-policy", "--policy", POLICY)
    assert (project.repo.git("for-each-ref"), project.repo.status()) == before


def _bring_to(project: Project, moment: str) -> None:
    if moment == "planned":
        return
    project.start("WP02")
    if moment == "held":
        return
    project.finish("WP01")
    if moment == "done":
        return
    for package in ("WP02", "WP03"):
        assert project.start(package).data
        assert project.move(package, "canceled", "bot", "--note", "Not needed.").data
    bot = ("--actor", "bot", "--policy", POLICY)
    assert project.api("accept-feature", *bot).data
    assert project.api("merge-feature", *bot).data
