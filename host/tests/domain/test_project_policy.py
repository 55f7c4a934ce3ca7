import pytest

from spec_kitty.domain.planning.settings import ProjectPolicy
from spec_kitty.domain.policy.metadata import PolicyMetadata
from spec_kitty.domain.project_policy import (
    ALLOW_LISTS,
    check_force,
    check_orchestration,
    check_policy,
    check_reviewer,
    check_unsandboxed,
)
from spec_kitty.domain.refusals import ErrorCode, Refusal

POLICY = PolicyMetadata(
    orchestrator_id="spec-kitty-orchestrator",
    orchestrator_version="1.0.0",
    agent_family="claude",
    approval_mode="full_auto",
    sandbox_mode="none",
    network_mode="open",
    dangerous_flags=("--yolo", "--sandbox=none", "--mode full", "-a", "never"),
)


def denial_of(project: ProjectPolicy) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check_policy(project, POLICY)
    assert caught.value.code is ErrorCode.POLICY_DENIED
    return caught.value


def test_a_project_that_says_nothing_allows_every_policy() -> None:
    check_policy(ProjectPolicy(), POLICY)


def test_a_project_can_forbid_orchestration() -> None:
    denial = denial_of(ProjectPolicy(orchestration=False))

    assert denial.facts == {"rule": "policy.orchestration"}
    assert denial.message == (
        "The project's policy does not let orchestrators change anything. Work by hand, or have a"
        " person change `orchestration` under [policy] in .kittify/config.toml on the target"
        " branch."
    )


def test_orchestration_can_be_asked_about_where_no_policy_is_given() -> None:
    check_orchestration(ProjectPolicy())
    with pytest.raises(Refusal) as caught:
        check_orchestration(ProjectPolicy(orchestration=False))

    assert caught.value.facts == {"rule": "policy.orchestration"}


@pytest.mark.parametrize(("setting", "field"), ALLOW_LISTS)
def test_a_value_outside_its_allow_list_is_denied(setting: str, field: str) -> None:
    denial = denial_of(ProjectPolicy().replace(**{setting: ("this", "that")}))

    assert denial.facts == {
        "rule": f"policy.{setting}",
        "value": getattr(POLICY, field),
        "allowed": ["this", "that"],
    }


@pytest.mark.parametrize(("setting", "field"), ALLOW_LISTS)
def test_a_value_in_its_allow_list_is_allowed(setting: str, field: str) -> None:
    allowed = ("this", getattr(POLICY, field))

    check_policy(ProjectPolicy().replace(**{setting: allowed}), POLICY)


@pytest.mark.parametrize(("setting", "field"), ALLOW_LISTS)
def test_an_empty_allow_list_allows_nothing(setting: str, field: str) -> None:
    assert denial_of(ProjectPolicy().replace(**{setting: ()})).facts["allowed"] == []


@pytest.mark.parametrize(
    "flag",
    [
        "--yolo",
        "--sandbox",
        "--sandbox=none",
        "--sandbox none",
        "--mode",
        "--mode=full",
        "-a",
        "-a never",
        "-a=never",
    ],
)
def test_a_forbidden_flag_is_denied_however_it_is_written(flag: str) -> None:
    denial = denial_of(ProjectPolicy(forbidden_flags=("--other", flag)))

    assert denial.facts == {"rule": "policy.forbidden_flags", "value": flag}


@pytest.mark.parametrize("flag", ["--yo", "--yolo=1", "--YOLO", "--sandbox=no", "full", "--a"])
def test_a_flag_that_is_not_used_may_be_forbidden(flag: str) -> None:
    check_policy(ProjectPolicy(forbidden_flags=(flag,)), POLICY)


INDEPENDENT = ProjectPolicy(independent_review=True)


def test_anybody_may_review_unless_the_project_asks_for_independence() -> None:
    check_reviewer(ProjectPolicy(), {"codex"}, "codex", "robot", "robot")


@pytest.mark.parametrize("agents", [{"codex"}, {"claude-code", "codex"}, {"Codex"}])
def test_an_agent_may_not_review_what_it_worked_on(agents: set[str]) -> None:
    with pytest.raises(Refusal) as caught:
        check_reviewer(INDEPENDENT, agents, "codex", "robot", "other")

    assert caught.value.code is ErrorCode.POLICY_DENIED
    assert caught.value.facts == {"rule": "policy.independent_review", "value": "codex"}


def test_another_agent_of_the_same_orchestrator_may_review() -> None:
    check_reviewer(INDEPENDENT, {"codex"}, "claude-code", "robot", "robot")


@pytest.mark.parametrize(("agents", "agent"), [(set(), None), (set(), "codex"), ({"codex"}, None)])
def test_where_an_agent_is_not_recorded_the_actors_must_differ(
    agents: set[str], agent: str | None
) -> None:
    check_reviewer(INDEPENDENT, agents, agent, "alice", "bob")
    with pytest.raises(Refusal) as caught:
        check_reviewer(INDEPENDENT, agents, agent, "alice", "alice")

    assert caught.value.facts["rule"] == "policy.independent_review"


def test_force_needs_the_projects_permission() -> None:
    check_force(ProjectPolicy(force=True))
    with pytest.raises(Refusal) as caught:
        check_force(ProjectPolicy())

    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.POLICY_DENIED,
        {"rule": "policy.force"},
    )


def test_a_project_can_forbid_checks_without_a_sandbox() -> None:
    check_unsandboxed(ProjectPolicy())
    with pytest.raises(Refusal) as caught:
        check_unsandboxed(ProjectPolicy(unsandboxed_checks=False))

    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.POLICY_DENIED,
        {"rule": "policy.unsandboxed_checks"},
    )
