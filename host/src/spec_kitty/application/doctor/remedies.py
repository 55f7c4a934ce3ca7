"""Owns what `doctor --fix` does about a finding: only what is the host's own and can be repeated.

Right before it acts, and under the lock of whoever else could act, each remedy looks whether
what was found still is so. It never moves a branch that somebody moved, removes no lock that is
not provably the host's, and deletes no work that is not kept elsewhere.
"""

from __future__ import annotations

from spec_kitty.application.doctor.findings import Kind
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.upkeep import Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spec_kitty.application.doctor.findings import Finding
    from spec_kitty.application.host import Host

    Remedy = Callable[[Host, Finding], bool]


def mend(host: Host, finding: Finding) -> bool:
    """Does what the finding's `act` says; False when there was nothing left to do.

    Raises Refusal when it cannot be done, or not now.
    """
    return REMEDIES[finding.kind](host, finding)


def _finish_command(host: Host, finding: Finding) -> bool:
    from spec_kitty.application.workflow import Call
    from spec_kitty.domain.feature import Caller

    slug = _feature_of(finding)
    begun = host.ports.journal.intent(slug) or _is_merging(host, slug)
    host.workflow.mend(slug, Call(Caller("doctor", person=True)))
    if host.ports.journal.intent(slug) or _is_merging(host, slug):
        raise Refusal(
            ErrorCode.BUSY,
            "The command is still at work, or a git that it started is. Try again when it has "
            "ended.",
            retryable=True,
        )
    return bool(begun)


def _is_merging(host: Host, slug: str) -> bool:
    feature = host.ports.reading.read(slug).feature
    return feature is not None and feature.merging


def _remove_lock(host: Host, finding: Finding) -> bool:
    from contextlib import nullcontext

    slug = finding.feature
    with host.ports.journal.lock(slug) if slug else nullcontext():
        for lock in host.ports.upkeep.locks():
            if lock.path == finding.place and lock.ours:
                host.ports.upkeep.remove_lock(lock)
                return True
    return False


def _make_branch(host: Host, finding: Finding) -> bool:
    slug, ref = _feature_of(finding), str(finding.place)
    with host.ports.journal.lock(slug):
        feature = host.ports.reading.read(slug).feature
        if feature is None or host.ports.journal.intent(slug) is not None:
            return False
        recorded = feature.feature_tip
        if finding.package is not None:
            package = feature.package(finding.package)
            recorded = package.head_commit or package.base_commit
        if recorded is None or host.ports.branches.value(ref) is not None:
            return False
        host.ports.upkeep.make_branch(ref, recorded, slug)
        return True


def _make_workspace(host: Host, finding: Finding) -> bool:
    slug, package = _feature_of(finding), _package_of(finding)
    if host.ports.upkeep.condition(slug, package).shape is Shape.SOUND:
        return False
    return host.starts.make_again(slug, package)


def _bring_back(host: Host, finding: Finding) -> bool:
    slug, package = _feature_of(finding), _package_of(finding)
    with host.ports.journal.side_lock(slug, f"{package}.workspace", wait=True):
        condition = host.ports.upkeep.condition(slug, package)
        if condition.shape is not Shape.MOVED or condition.other is None:
            return False
        host.ports.upkeep.bring_back(slug, package, condition.other)
        host.ports.workspaces.ensure(slug, package)
        return True


_LINKED_ANEW = (
    Shape.POINTER,
    Shape.REGISTRATION,
    Shape.UNREGISTERED,
    Shape.HALF,
    Shape.HEAD,
)


def _link(host: Host, finding: Finding) -> bool:
    """Lets folder and git know each other again, and does what is due; the files stay."""
    slug, package = _feature_of(finding), _package_of(finding)
    if host.ports.upkeep.condition(slug, package).shape not in _LINKED_ANEW:
        return False
    if not host.starts.make_again(slug, package):
        with host.ports.journal.side_lock(slug, f"{package}.workspace", wait=True):
            host.ports.workspaces.ensure(slug, package)
    return True


def _remove_workspace(host: Host, finding: Finding) -> bool:
    from spec_kitty.application.delivery.cleaning import Cleaning

    slug, package = _feature_of(finding), _package_of(finding)
    with host.ports.journal.side_lock(slug, "delivery", wait=False):
        feature = host.ports.reading.read(slug).feature
        if feature is None or not feature.merged or package not in feature.packages:
            return False
        Cleaning(host.ports).remove_workspace(feature, package)
        return True


def _remove_leftover(host: Host, finding: Finding) -> bool:
    for leftover in host.ports.upkeep.leftovers():
        if leftover.path == finding.place:
            host.ports.upkeep.remove_leftover(leftover)
            return True
    return False


def _hide_workspaces(host: Host, _: Finding) -> bool:
    if not host.ports.upkeep.shows_workspaces():
        return False
    host.ports.upkeep.hide_workspaces()
    return True


# In the order in which they are done: what was begun first, what builds on branches after them.
REMEDIES: Mapping[Kind, Remedy] = {
    Kind.INTERRUPTED_COMMAND: _finish_command,
    Kind.INTERRUPTED_MERGE: _finish_command,
    Kind.STALE_LOCK: _remove_lock,
    Kind.BRANCH_GONE: _make_branch,
    Kind.WORKSPACE_MOVED: _bring_back,
    Kind.WORKSPACE_REGISTRATION: _link,
    Kind.WORKSPACE_POINTER: _link,
    Kind.WORKSPACE_HALF: _link,
    Kind.WORKSPACE_HEAD: _link,
    Kind.WORKSPACE_MISSING: _make_workspace,
    Kind.WORKSPACE_EMPTIED: _make_workspace,
    Kind.WORKSPACE_FINISHED: _remove_workspace,
    Kind.EXCLUDE_MISSING: _hide_workspaces,
    Kind.LEFTOVER: _remove_leftover,
}


def _feature_of(finding: Finding) -> str:
    assert finding.feature is not None
    return finding.feature


def _package_of(finding: Finding) -> str:
    assert finding.package is not None
    return finding.package
