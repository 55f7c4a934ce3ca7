"""Owns what the contract's reading commands answer."""

from __future__ import annotations

from spec_kitty.domain.names import workspace_name
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from spec_kitty.application.host import Host
    from spec_kitty.application.ports import Workspaces
    from spec_kitty.doors.reading import Arguments

    Data = dict[str, Any]


def read(name: str, arguments: Arguments, host: Host) -> Data:
    """Answers a reading command. Raises Refusal."""
    return _READS[name](host, arguments)


def _feature_state(host: Host, arguments: Arguments) -> Data:
    from spec_kitty.application.telling.state import state

    reading = host.reader.look(arguments["feature"])
    return state(reading.desk, reading.cursor, reading.warnings)


def _list_ready(host: Host, arguments: Arguments) -> Data:
    from spec_kitty.application.telling.readiness import ready_data

    return ready_data(host.reader.desk(arguments["feature"]))


def _explain(host: Host, arguments: Arguments) -> Data:
    from spec_kitty.application.telling.explanations import explain
    from spec_kitty.application.telling.state import ids_of

    desk = host.reader.desk(arguments["feature"])
    only = arguments.get("wp")
    if only is not None:
        desk.require_known(only)
    ids = ids_of(desk) if only is None else (only,)
    return {
        "feature_slug": desk.slug,
        "work_packages": [
            {
                "wp_id": package_id,
                "lane": desk.feature.package(package_id).lane.public,
                "reason": explain(desk, package_id),
            }
            for package_id in ids
        ],
    }


def _forecast(host: Host, arguments: Arguments) -> Data:
    from spec_kitty.application.telling.forecasts import forecast

    return forecast(host.reader.desk(arguments["feature"]))


def _resolve_workspace(host: Host, arguments: Arguments) -> Data:
    slug, package = arguments["feature"], arguments["wp"]
    host.reader.desk(slug).require_known(package)
    workspaces, prompts = host.ports.workspaces, host.ports.prompts
    prompt = prompts.path(slug, package) if prompts.exists(slug, package) else None
    return {
        "feature_slug": slug,
        "wp_id": package,
        "branch": workspace_name(slug, package),
        "workspace_path": workspaces.path(slug, package),
        "workspace_exists": _stands(workspaces, slug, package),
        "prompt_path": prompt,
    }


def _stands(workspaces: Workspaces, slug: str, package: str) -> bool:
    """What has taken a workspace's place is none; who starts the package hears what it is."""
    try:
        return workspaces.exists(slug, package)
    except Refusal:
        return False


def _check_policy(host: Host, arguments: Arguments) -> Data:
    from spec_kitty.application.telling.permissions import permission
    from spec_kitty.domain.policy.metadata import parse_policy

    policy = parse_policy(arguments["policy"])
    return permission(host.reader.desk(arguments["feature"]), policy)


def _history(host: Host, arguments: Arguments) -> Data:
    from spec_kitty.application.telling.histories import event_data, events

    slug, after = arguments["feature"], arguments.get("after")
    cursor = after
    listed = []
    for at, event in events(host, slug, after):
        cursor = at
        if arguments.get("wp") in (None, getattr(event.fact, "package", None)):
            listed.append(event_data(at, event))
    return {"feature_slug": slug, "events": listed, "cursor": cursor}


_READS: dict[str, Callable[[Host, Arguments], Data]] = {
    "feature-state": _feature_state,
    "list-ready": _list_ready,
    "explain": _explain,
    "forecast": _forecast,
    "resolve-workspace": _resolve_workspace,
    "check-policy": _check_policy,
    "history": _history,
}
