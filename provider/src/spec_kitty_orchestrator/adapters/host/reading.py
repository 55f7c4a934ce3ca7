"""Owns how the host's answers become values; fields that this does not know are left out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spec_kitty_orchestrator.domain.feature import (
    Conflict,
    Feature,
    Finding,
    Lane,
    Overlap,
    Package,
)
from spec_kitty_orchestrator.ports import (
    Answer,
    Forecast,
    HostEvent,
    HostRefused,
    PolicyAnswer,
    Workspace,
)

# What the contract's schemas promise; a host that breaks them is caught in `Reading`.
Data = Mapping[str, Any]

_PLAIN = (
    "title ready estimate_minutes remaining_minutes attempt claimed_by run_id agent reviewer"
    " reviewed_head verdict_head review_rounds rework rework_note base_commit head_commit reason"
).split()


class Reading:
    """Turns a broken answer into a refusal that says so."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, KeyError | TypeError | ValueError | AttributeError):
            raise HostRefused(
                "HOST_FAILED",
                f"The host's answer is not what its contract says ({problem!r}). Update both"
                " spec-kitty and spec-kitty-orchestrator.",
            ) from None


def feature(data: Data) -> Feature:
    with Reading():
        merge = data["merge"]
        merged = merge is not None and merge["phase"] == "completed"
        return Feature(
            data["feature_slug"],
            data["target_branch"],
            tuple(_package(each) for each in data["work_packages"]),
            data["accepted"],
            merged,
            merge is not None and not merged,
            merge["merge_commit"] if merged else None,
            data["cursor"],
            tuple(data["warnings"]),
        )


def _package(data: Data) -> Package:
    return Package(
        data["wp_id"],
        lane=Lane(data["lane"]),
        dependencies=tuple(data["dependencies"]),
        problems=tuple(data["problems"]),
        findings=tuple(_finding(each) for each in data["findings"]),
        conflicts=tuple(_conflict(each) for each in data["conflicts"]),
        **{name: data[name] for name in _PLAIN},
    )


def _finding(data: Data) -> Finding:
    return Finding(data["id"], data["message"], data["severity"], data["path"], data["line"])


def _conflict(data: Data) -> Conflict:
    return Conflict(data["path"], data["kind"], data["has_markers"])


def answer(data: Data) -> Answer:
    with Reading():
        return Answer(
            data.get("to_lane"),
            data.get("attempt"),
            data.get("head_commit"),
            data.get("base_commit"),
            _path(data.get("workspace_path")),
            _path(data.get("prompt_path")),
            data.get("merge_commit"),
        )


def workspace(data: Data) -> Workspace:
    with Reading():
        folder, prompt = Path(data["workspace_path"]), _path(data["prompt_path"])
        return Workspace(folder, data["workspace_exists"], prompt)


def policy(data: Data) -> PolicyAnswer:
    with Reading():
        return PolicyAnswer(data["allowed"], data["message"], data["independent_review"])


def forecast(data: Data) -> Forecast:
    with Reading():
        return Forecast(
            tuple(tuple(wave) for wave in data["waves"]),
            tuple(data["critical_path"]),
            data["critical_minutes"],
            frozenset(Overlap(*pair["wp_ids"]) for pair in data["overlaps"]),
        )


def event(data: Data) -> HostEvent:
    with Reading():
        if data["kind"] != "event":
            return HostEvent(data.get("cursor"))
        return HostEvent(
            data["cursor"], data["actor"], data["wp_id"], data["sentence"], data["person"]
        )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
