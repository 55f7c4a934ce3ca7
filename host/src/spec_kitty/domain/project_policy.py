"""Owns what a project's own policy forbids: the `[policy]` of its committed configuration.

The settings themselves are in settings.py, and what an orchestrator declares is in policy.py.
Every refusal names the rule as people find it in the configuration.
"""

from __future__ import annotations

from itertools import pairwise

from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from spec_kitty.domain.planning.settings import ProjectPolicy
    from spec_kitty.domain.policy.metadata import PolicyMetadata

# An allow-list of the project, and the field of the metadata that must be in it.
ALLOW_LISTS = (
    ("orchestrators", "orchestrator_id"),
    ("agent_families", "agent_family"),
    ("approval_modes", "approval_mode"),
    ("sandbox_modes", "sandbox_mode"),
    ("network_modes", "network_mode"),
)


def check_orchestration(project: ProjectPolicy) -> None:
    """Refuses every change by automation where the project forbids it."""
    if not project.orchestration:
        raise _denied(
            "orchestration", "does not let orchestrators change anything. Work by hand, or"
        )


def check_policy(project: ProjectPolicy, policy: PolicyMetadata) -> None:
    """Refuses what the project does not allow automation to do."""
    check_orchestration(project)
    for setting, field in ALLOW_LISTS:
        allowed: tuple[str, ...] | None = getattr(project, setting)
        value: str = getattr(policy, field)
        if allowed is not None and value not in allowed:
            only = ", ".join(allowed) or "none"
            raise _denied(
                setting,
                f"does not allow this {field} (allowed: {only}). Launch with an allowed one, or",
                value=value,
                allowed=list(allowed),
            )
    for forbidden in project.forbidden_flags:
        if _is_used(forbidden, policy.dangerous_flags):
            raise _denied(
                "forbidden_flags", f"forbids {forbidden}. Launch without it, or", value=forbidden
            )


def check_reviewer(
    project: ProjectPolicy,
    implementer_agents: Collection[str],
    reviewer_agent: str | None,
    implementer_actor: str | None,
    reviewer_actor: str,
) -> None:
    """Refuses a review by who did the work, where the project asks for somebody else.

    Recorded agents decide. Where one side recorded none, the actors have to differ.
    """
    if not project.independent_review:
        return
    if implementer_agents and reviewer_agent:
        same = reviewer_agent.casefold() in {agent.casefold() for agent in implementer_agents}
    else:
        same = reviewer_actor == implementer_actor
    if same:
        raise _denied(
            "independent_review",
            "asks for a reviewer who did not do the work. Let another agent or person review, or",
            value=reviewer_agent or reviewer_actor,
        )


def check_force(project: ProjectPolicy) -> None:
    """Refuses `--force` from an orchestrator unless the project allows it."""
    if not project.force:
        raise _denied("force", "does not let orchestrators force a move. Have a person make it, or")


def check_unsandboxed(project: ProjectPolicy) -> None:
    """Refuses to run checks without a sandbox unless the project allows it."""
    if not project.unsandboxed_checks:
        raise _denied(
            "unsandboxed_checks",
            "does not let checks run without a sandbox. Install bubblewrap, or",
        )


def _is_used(forbidden: str, flags: tuple[str, ...]) -> bool:
    """Says whether a flag is among those used: alone, `--flag=value`, `--flag value` or in two."""
    used = ["=".join(flag.split(maxsplit=1)) for flag in flags]
    used += [f"{flag}={value}" for flag, value in pairwise(flags)]
    wanted = "=".join(forbidden.split(maxsplit=1))
    return any(flag == wanted or flag.startswith(f"{wanted}=") for flag in used)


def _denied(setting: str, sentence: str, **facts: object) -> Refusal:
    return Refusal(
        ErrorCode.POLICY_DENIED,
        f"The project's policy {sentence} have a person change `{setting}` under [policy] in"
        " .kittify/config.toml on the target branch.",
        rule=f"policy.{setting}",
        **facts,
    )
