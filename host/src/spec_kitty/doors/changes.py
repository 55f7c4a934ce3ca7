"""Owns what the contract's changing commands do: one use case each."""

from __future__ import annotations

from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller
from spec_kitty.domain.lanes import lane_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from spec_kitty.application.host import Host
    from spec_kitty.doors.reading import Arguments

    Data = dict[str, Any]


def policy_of(arguments: Arguments) -> str | None:
    """Returns the call's policy in canonical form, None if it carries none."""
    text = arguments.get("policy")
    if text is None:
        return None
    from spec_kitty.domain.policy.metadata import canonical, parse_policy

    return canonical(parse_policy(text))


def change(name: str, arguments: Arguments, policy: str | None, host: Host) -> Data:
    """Makes a change. Raises Refusal."""
    return _CHANGES[name](host, arguments, _call(host, name, arguments, policy))


def _call(host: Host, name: str, arguments: Arguments, policy: str | None) -> Call:
    system = host.ports.system
    key = arguments.get("idempotency-key")
    caller = Caller(
        arguments.get("actor") or "",
        person=False,
        agent=arguments.get("agent"),
        run_id=arguments.get("run-id"),
        policy=None if policy is None else system.digest(policy.encode())[:16],
    )
    asked = f"{name} {arguments.canonical()}"
    return Call(
        caller,
        key,
        system.digest(asked.encode()) if key is not None else "",
        policy,
        affects_run=name != "append-history",
    )


def _places(host: Host, slug: str, package: str) -> Data:
    return {
        "workspace_path": host.ports.workspaces.path(slug, package),
        "prompt_path": host.ports.prompts.path(slug, package),
    }


def _start_implementation(host: Host, arguments: Arguments, call: Call) -> Data:
    slug, package = arguments["feature"], arguments["wp"]
    data = host.starts.start(slug, package, call)
    return {**data, **_places(host, slug, package)}


def _start_review(host: Host, arguments: Arguments, call: Call) -> Data:
    slug, package = arguments["feature"], arguments["wp"]
    data = host.reviews.claim(slug, package, arguments.get("review-ref"), call)
    return {**data, **_places(host, slug, package)}


def _transition(host: Host, arguments: Arguments, call: Call) -> Data:
    from spec_kitty.application.transitions import Transition, transition
    from spec_kitty.domain.evidence import Evidence, parse_evidence

    slug, package = arguments["feature"], arguments["wp"]
    lane = lane_named(arguments["to"])
    assert lane is not None
    evidence, attempt = arguments.get("evidence-json"), arguments.get("attempt")
    asked = Transition(
        package,
        lane,
        arguments.get("note"),
        arguments.get("review-ref"),
        Evidence() if evidence is None else parse_evidence(evidence),
        None if attempt is None else int(attempt),
        arguments.has("force"),
    )
    data = transition(host, slug, asked, call)
    places = _places(host, slug, package) if data["to_lane"] == "in_progress" else {}
    return {**data, **places}


def _append_history(host: Host, arguments: Arguments, call: Call) -> Data:
    return host.moves.add_note(arguments["feature"], arguments["wp"], arguments["note"], call)


def _accept_feature(host: Host, arguments: Arguments, call: Call) -> Data:
    return host.acceptances.accept(arguments["feature"], call)


def _merge_feature(host: Host, arguments: Arguments, call: Call) -> Data:
    from spec_kitty.application.delivery.merging import Merging

    slug = arguments["feature"]
    asked = Merging(
        arguments.get("strategy"),
        arguments.get("target"),
        arguments.has("push"),
        arguments.has("recorded"),
    )
    return host.merges.merge(slug, asked, call)


_CHANGES: dict[str, Callable[[Host, Arguments, Call], Data]] = {
    "start-implementation": _start_implementation,
    "start-review": _start_review,
    "transition": _transition,
    "append-history": _append_history,
    "accept-feature": _accept_feature,
    "merge-feature": _merge_feature,
}
