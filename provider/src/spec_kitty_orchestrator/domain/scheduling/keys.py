"""Owns the names that a run gives to what it does, so that a repeated call changes nothing twice.

A name is derived from where the work package stands, never drawn: after a kill the same step has
the same name. A step that is due once more, because somebody undid it, gets a number behind it.
"""

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Lane, Package
from spec_kitty_orchestrator.domain.run.records import Step
from spec_kitty_orchestrator.domain.scheduling.view import View


def step_key(view: View, package: Package, step: Step) -> str:
    """Returns the idempotency key of a step of a work package."""
    attempt = package.attempt + (step is Step.START)
    base = f"{view.run.run_id}/{package.id}/{attempt}/{step}{_detail(view, package, step)}"
    used = view.memory.used_keys.get(base, 0)
    return f"{base}~{used}" if used else base


def _detail(view: View, package: Package, step: Step) -> str:
    """Returns what tells a step from others of its kind in the same attempt."""
    if step is Step.SUBMIT:
        again = f"-{(package.head_commit or '')[:12]}" if package.lane is Lane.FOR_REVIEW else ""
        return f"-{_tries(view, package, Role.IMPLEMENT)}{again}"
    if step in (Step.CLAIM_REVIEW, Step.VERDICT):
        return f"-{_tries(view, package, Role.REVIEW)}"
    if step is Step.BLOCK:
        return f"-{len(view.memory.of_package(package.id))}"
    return ""


def feature_key(view: View, step: Step) -> str:
    """Returns the idempotency key of a step of the whole feature, as it stands now."""
    return f"{view.run.run_id}/{step}/{view.feature.cursor}"


def attempt_id(view: View, package: Package, role: Role) -> str:
    """Returns the name of the next attempt; transcripts and logs go by it."""
    return f"{package.id}-{package.attempt}-{role}-{_tries(view, package, role) + 1}"


def _tries(view: View, package: Package, role: Role) -> int:
    return sum(each.started.attempt == package.attempt for each in view.memory.of(package.id, role))
