"""Owns the contract's other side as a port: requests become calls, answers become values."""

import json
from collections.abc import AsyncIterator
from typing import assert_never

from spec_kitty_orchestrator.adapters.host import reading
from spec_kitty_orchestrator.adapters.host.calling import Calls
from spec_kitty_orchestrator.domain.agents import Policy
from spec_kitty_orchestrator.domain.feature import Feature, Finding
from spec_kitty_orchestrator.ports import (
    AcceptFeature,
    Answer,
    Caller,
    Forecast,
    Host,
    HostEvent,
    HostRefused,
    MergeFeature,
    PolicyAnswer,
    Request,
    StartImplementation,
    StartReview,
    Transition,
    Workspace,
)

# What the host takes as evidence, and as a note, at most.
MAX_EVIDENCE_BYTES = 64 * 1024
MAX_TEXT = 20_000
CONTRACT_MAJOR = "1."


class CommandHost(Host):
    """Speaks to `spec-kitty orchestrator-api`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def check_contract(self, version: str) -> str:
        data = await self._calls.call("contract-version", "--provider-version", version)
        spoken = str(data.get("api_version"))
        if not spoken.startswith(CONTRACT_MAJOR):
            raise HostRefused(
                "CONTRACT_VERSION_MISMATCH",
                f"The host speaks contract {spoken}, and this is made for {CONTRACT_MAJOR}x."
                " Install a spec-kitty and a spec-kitty-orchestrator that fit each other.",
            )
        return spoken

    async def feature(self, slug: str) -> Feature:
        return reading.feature(await self._calls.call("feature-state", "--feature", slug))

    async def forecast(self, slug: str) -> Forecast:
        return reading.forecast(await self._calls.call("forecast", "--feature", slug))

    async def check_policy(self, slug: str, policy: Policy) -> PolicyAnswer:
        words = ("check-policy", "--feature", slug, "--policy", metadata(policy))
        return reading.policy(await self._calls.call(*words))

    async def workspace(self, slug: str, package: str) -> Workspace:
        words = ("resolve-workspace", "--feature", slug, "--wp", package)
        return reading.workspace(await self._calls.call(*words))

    async def change(self, slug: str, request: Request, caller: Caller) -> Answer:
        words = [*_words(request, caller), "--feature", slug, "--actor", caller.actor]
        words += ["--policy", metadata(caller.policy), "--idempotency-key", caller.key]
        return reading.answer(await self._calls.call(*words))

    async def watch(self, slug: str, after: str | None) -> AsyncIterator[HostEvent]:
        words = ["watch", "--feature", slug]
        words += [] if after is None else ["--after", after]
        async for data in self._calls.stream(*words):
            yield reading.event(data)


def metadata(policy: Policy) -> str:
    """Returns policy metadata as the contract has it."""
    return json.dumps(
        {
            "orchestrator_id": policy.orchestrator_id,
            "orchestrator_version": policy.orchestrator_version,
            "agent_family": policy.agent_family,
            "approval_mode": policy.approval_mode,
            "sandbox_mode": policy.sandbox_mode,
            "network_mode": policy.network_mode,
            "dangerous_flags": list(policy.dangerous_flags),
        }
    )


def _words(request: Request, caller: Caller) -> list[str]:
    match request:
        case StartImplementation():
            start = ["start-implementation", "--wp", request.package, "--agent", request.agent]
            return [*start, "--run-id", caller.run_id]
        case StartReview():
            start = ["start-review", "--wp", request.package, "--agent", request.agent]
            return [*start, "--run-id", caller.run_id]
        case Transition():
            return _transition(request)
        case AcceptFeature():
            return ["accept-feature"]
        case MergeFeature():
            strategy = ["--strategy", request.strategy] if request.strategy else []
            return ["merge-feature", *strategy]
        case _:
            assert_never(request)


def _transition(request: Transition) -> list[str]:
    words = ["transition", "--wp", request.package, "--to", request.to]
    evidence = _evidence(request)
    optional = {
        "--agent": request.agent,
        "--attempt": None if request.attempt is None else str(request.attempt),
        "--note": request.note and request.note[:MAX_TEXT],
        "--review-ref": request.review_ref,
        "--evidence-json": evidence,
    }
    for flag, value in optional.items():
        words += [] if value is None else [flag, value]
    return words


def _evidence(request: Transition) -> str | None:
    """Returns a transition's evidence, findings cut evenly where they are too long in all."""
    given: dict[str, object] = {}
    if request.resolved:
        given["resolved"] = list(request.resolved)
    if request.verdict is None:
        return json.dumps(given) if given else None
    given["verdict"] = request.verdict.decision.value
    if request.head is not None:
        given["head_commit"] = request.head
    longest = max((len(each.message) for each in request.verdict.findings), default=0)
    while True:
        found = [_finding(each, longest) for each in request.verdict.findings]
        text = json.dumps({**given, "findings": found}, ensure_ascii=False)
        if len(text.encode(errors="replace")) <= MAX_EVIDENCE_BYTES or longest <= 1:
            return text
        longest //= 2


def _finding(finding: Finding, longest: int) -> dict[str, object]:
    whole = len(finding.message) <= longest
    return {
        "id": finding.id,
        "severity": finding.severity,
        "message": finding.message if whole else finding.message[: longest - 1] + "…",
        "path": finding.path,
        "line": finding.line,
    }
