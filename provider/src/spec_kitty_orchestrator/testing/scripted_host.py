"""Owns a host in memory: the contract's lanes and claims as far as a provider can see them.

It is no second host. It keeps the rules that a provider leans on (one holder, dependencies, the
fence, verdicts on the submitted head), so that one that breaks them is caught; what it refuses
besides is scripted.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from spec_kitty_orchestrator.domain.agents import Policy
from spec_kitty_orchestrator.domain.feature import Feature, Lane, Package
from spec_kitty_orchestrator.domain.verdict import Decision
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

Refusing = Callable[[Request], HostRefused | None]


class ScriptedHost(Host):
    """Holds one feature. `changes` lists what was asked and granted, in order."""

    def __init__(
        self,
        packages: Iterable[Package],
        slug: str = "034-cats",
        latency_seconds: float = 0.05,
        folder: Path = Path("/nowhere"),
    ) -> None:
        self.state = self._ready(Feature(slug, packages=tuple(packages), cursor="0"))
        self.changes: list[tuple[Request, Caller]] = []
        self.refuse: Refusing = lambda _: None
        self.has_work: Callable[[str], bool] = lambda _: True
        self.policies: PolicyAnswer = PolicyAnswer(True)
        self.latency_seconds = latency_seconds
        self._folder = folder
        self._granted: dict[str, Answer] = {}
        self._heads: defaultdict[str, int] = defaultdict(int)
        self._events: list[HostEvent] = []
        self._happened = asyncio.Event()

    async def check_contract(self, version: str) -> str:
        return "1.0.0"

    async def feature(self, slug: str) -> Feature:
        await asyncio.sleep(self.latency_seconds)
        return self.state

    async def forecast(self, slug: str) -> Forecast:
        return Forecast()

    async def check_policy(self, slug: str, policy: Policy) -> PolicyAnswer:
        return self.policies

    async def workspace(self, slug: str, package: str) -> Workspace:
        return Workspace(self._folder, True, self._folder / f"{package}.md")

    async def change(self, slug: str, request: Request, caller: Caller) -> Answer:
        await asyncio.sleep(self.latency_seconds)
        if caller.key in self._granted:
            return self._granted[caller.key]
        scripted = self.refuse(request)
        if scripted is not None:
            raise scripted
        answer = self._grant(request, caller)
        self.changes.append((request, caller))
        self._granted[caller.key] = answer
        self._tell(caller.actor, getattr(request, "package", None))
        return answer

    async def watch(self, slug: str, after: str | None) -> AsyncIterator[HostEvent]:
        seen = int(after or 0)
        self._happened = asyncio.Event()
        while True:
            for event in self._events[seen:]:
                seen += 1
                yield event
            self._happened.clear()
            # As the real stream, it shows now and then that it is alive.
            try:
                async with asyncio.timeout(15):
                    await self._happened.wait()
            except TimeoutError:
                yield HostEvent(str(seen))

    def by_hand(self, package: Package, actor: str = "alice") -> None:
        """Has a person change a work package."""
        self.state = self._ready(self.state.with_package(package))
        self._tell(actor, package.id, person=True)

    def _tell(self, actor: str, package: str | None, person: bool = False) -> None:
        cursor = str(len(self._events) + 1)
        self.state = replace(self.state, cursor=cursor)
        self._events.append(HostEvent(cursor, actor, package, "", person))
        self._happened.set()

    def _grant(self, request: Request, caller: Caller) -> Answer:
        match request:
            case StartImplementation():
                return self._start(request, caller)
            case StartReview():
                package = self._held(request.package, Lane.FOR_REVIEW)
                if package.reviewer not in (None, caller.actor):
                    raise HostRefused("WP_ALREADY_CLAIMED", f"{package.reviewer} reviews it.")
                head = package.head_commit
                self._put(replace(package, reviewer=caller.actor, reviewed_head=head))
                return Answer(Lane.FOR_REVIEW, package.attempt, head, "base")
            case Transition():
                return self._move(request, caller)
            case AcceptFeature():
                if not self.state.is_settled:
                    raise HostRefused("FEATURE_NOT_READY", "Not every work package is done.")
                self.state = replace(self.state, accepted=True)
                return Answer()
            case MergeFeature():
                if not self.state.accepted:
                    raise HostRefused("FEATURE_NOT_READY", "Not accepted.")
                self.state = replace(self.state, merged=True, merge_commit="merged")
                return Answer(merge_commit="merged")

    def _start(self, request: StartImplementation, caller: Caller) -> Answer:
        package = self.state.package(request.package)
        if package.is_held_by(caller.actor, caller.run_id) and package.lane is Lane.IN_PROGRESS:
            return self._place(package)
        if package.lane is not Lane.PLANNED or package.claimed_by is not None:
            raise HostRefused("WP_ALREADY_CLAIMED", f"{package.id} is claimed.")
        if not package.ready:
            raise HostRefused("DEPENDENCIES_NOT_SATISFIED", f"{package.id} has to wait.")
        claimed = replace(
            package,
            lane=Lane.IN_PROGRESS,
            claimed_by=caller.actor,
            run_id=caller.run_id,
            agent=request.agent,
            attempt=package.attempt + 1,
        )
        self._put(claimed)
        return self._place(claimed)

    def _place(self, package: Package) -> Answer:
        prompt = self._folder / f"{package.id}.md"
        return Answer(package.lane, package.attempt, None, "base", self._folder, prompt)

    def _move(self, request: Transition, caller: Caller) -> Answer:
        package = self.state.package(request.package)
        if request.attempt is not None and request.attempt != package.attempt:
            raise HostRefused(
                "TRANSITION_REJECTED", "A stale attempt.", {"reason": "stale_attempt"}
            )
        if request.to == Lane.FOR_REVIEW:
            return self._submit(self._held(package.id, Lane.IN_PROGRESS), caller, request)
        if request.to == Lane.DONE:
            return self._approve(self._held(package.id, Lane.FOR_REVIEW), request)
        if request.to == Lane.IN_PROGRESS:
            return self._send_back(package, request)
        lane, reason = Lane(request.to), request.note
        released = lane is Lane.PLANNED
        self._put(
            replace(
                package,
                lane=lane,
                reason=reason,
                claimed_by=None if released else package.claimed_by,
                run_id=None if released else package.run_id,
            )
        )
        return Answer(lane, package.attempt)

    def _submit(self, package: Package, caller: Caller, request: Transition) -> Answer:
        if not package.is_held_by(caller.actor, caller.run_id):
            raise HostRefused("WP_ALREADY_CLAIMED", f"{package.claimed_by} holds it.")
        if not self.has_work(package.id):
            raise HostRefused(
                "WORKFLOW_EVIDENCE_REQUIRED", "Nothing was changed.", {"reason": "no_change"}
            )
        self._heads[package.id] += 1
        head = f"{package.id}-head-{self._heads[package.id]}"
        self._put(
            replace(
                package,
                lane=Lane.FOR_REVIEW,
                head_commit=head,
                agent=request.agent or package.agent,
                reviewer=None,
                reviewed_head=None,
                rework=None,
                rework_note=None,
                conflicts=(),
            )
        )
        return Answer(Lane.FOR_REVIEW, package.attempt, head)

    def _approve(self, package: Package, request: Transition) -> Answer:
        if request.verdict is None or request.verdict.decision is not Decision.APPROVED:
            raise HostRefused("WORKFLOW_EVIDENCE_REQUIRED", "An approval is needed.")
        if request.head != package.head_commit:
            raise HostRefused("TRANSITION_REJECTED", "Another head.", {"reason": "stale_verdict"})
        self._put(replace(package, lane=Lane.DONE, reviewer=None, verdict_head=request.head))
        return Answer(Lane.DONE, package.attempt, request.head)

    def _send_back(self, package: Package, request: Transition) -> Answer:
        reviewed = package.lane is Lane.FOR_REVIEW
        self.state = replace(self.state, accepted=False)
        findings = request.verdict.findings if request.verdict else ()
        self._put(
            replace(
                package,
                lane=Lane.IN_PROGRESS,
                attempt=package.attempt + 1,
                review_rounds=package.review_rounds + reviewed,
                rework="review" if reviewed else "reopened",
                rework_note=request.note,
                findings=findings if reviewed else package.findings,
                verdict_head=request.head if reviewed else package.verdict_head,
                reviewer=None,
                reviewed_head=None,
            )
        )
        return Answer(Lane.IN_PROGRESS, package.attempt + 1)

    def conflict(self, package_id: str) -> HostRefused:
        """Sends a submitted work package back as a conflict, as an approval then does."""
        package = self.state.package(package_id)
        self._put(
            replace(
                package,
                lane=Lane.IN_PROGRESS,
                attempt=package.attempt + 1,
                rework="conflict",
                reviewer=None,
                reviewed_head=None,
            )
        )
        return HostRefused("INTEGRATION_CONFLICT", f"{package_id} conflicts with another.")

    def _held(self, package_id: str, lane: Lane) -> Package:
        package = self.state.package(package_id)
        if package.lane is not lane:
            raise HostRefused("TRANSITION_REJECTED", f"{package_id} is {package.lane}.")
        return package

    def _put(self, package: Package) -> None:
        self.state = self._ready(self.state.with_package(package))

    @staticmethod
    def _ready(feature: Feature) -> Feature:
        done = {each.id for each in feature.packages if each.lane is Lane.DONE}
        return replace(
            feature,
            packages=tuple(
                replace(
                    each,
                    ready=each.lane is Lane.PLANNED
                    and each.claimed_by is None
                    and not each.problems
                    and done.issuperset(each.dependencies),
                )
                for each in feature.packages
            ),
        )
