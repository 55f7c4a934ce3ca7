"""Owns the one way in for every change of a feature.

Take the lock, mend what a killed command left, read the state, let the domain decide, record
the event together with the refs that move, bring a workspace's files along, answer. Use cases
say what is to be decided; nothing else writes to a journal.
"""

from __future__ import annotations

import json

from spec_kitty.application.desk import Desk
from spec_kitty.application.ports import (
    LayOut,
    ObjectsPruned,
    ObjectsVanished,
    Overtaken,
    Snapshot,
)
from spec_kitty.application.recovery import Recovery
from spec_kitty.domain.answers import find_answer
from spec_kitty.domain.decide import decide
from spec_kitty.domain.events import Event
from spec_kitty.domain.feature import Answer, Caller, Feature
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.replay import replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from spec_kitty.application.ports import Ports
    from spec_kitty.application.project import Project
    from spec_kitty.application.reading import Reader
    from spec_kitty.domain.decisions.outcome import Decided

    Data = dict[str, Any]


class Call(Record):
    """Is a call from a door: who asks, and under which idempotency key and policy.

    `arguments` is the digest of what was asked; `policy_text` the canonical policy, if given.
    `affects_run` says that a program needs a policy for it; `allowed` that the policy has been
    looked at, because this is a further event of the same act.
    """

    caller: Caller
    key: str | None = None
    arguments: str = ""
    policy_text: str | None = None
    affects_run: bool = True
    allowed: bool = False

    def follow_up(self) -> Call:
        """Returns the call for a further event of the same act, without a key of its own."""
        return Call(self.caller, policy_text=self.policy_text, allowed=True)


class Step(Record):
    """Is what a use case decided: what happened, which files follow, and what the call is told.

    `tell` gets the state after the event. `refusal` makes the recorded answer a refusal.
    """

    decided: Decided | None
    tell: Callable[[Feature], Data]
    lay_out: LayOut | None = None
    refusal: Refusal | None = None


class Mended(Record):
    """Is a journal after what a killed command left was mended; `left` says why not all of it."""

    before: Snapshot
    left: Refusal | None = None


class Told(Record):
    """Is what the caller is told, and the feature after it."""

    data: Mapping[str, Any]
    feature: Feature


class Workflow:
    """Changes features, one event at a time."""

    def __init__(self, ports: Ports, project: Project, reader: Reader) -> None:
        self.ports = ports
        self.reader = reader
        self._project = project

    def admit(self, slug: str, call: Call) -> Told | None:
        """Looks at a call before costly work is done for it, without a lock.

        What a killed command left is mended first. Returns what the call was told before under
        its key, if it was. Raises Refusal when the policy does not allow it.
        """
        if self.ports.journal.intent(slug) is not None:
            self.mend(slug, call)
        feature = self._open(slug, self._read(slug, call))
        told = self._told_before(feature, call)
        if told is None:
            with_policy(call, self._desk(feature))
        return told

    def mend(self, slug: str, call: Call) -> None:
        """Mends what a killed command left, before work that looks at the feature unlocked."""
        with self.ports.journal.lock(slug):
            left = self._mended(slug, call).left
        if left is not None:
            raise left

    def change(self, slug: str, call: Call, step: Callable[[Desk, Caller], Step]) -> Told:
        """Makes one change. Raises Refusal; then nothing has changed, unless a Step carries it.

        `step` decides under the lock; it may read, and make objects, but move nothing. It decides
        once more if a ref was not where it had been read, or git deleted what it had made.
        """
        try:
            return self._change(slug, call, step)
        except (Overtaken, ObjectsPruned):
            self.ports.journal.look_again()
            return self._change(slug, call, step)

    def _change(self, slug: str, call: Call, step: Callable[[Desk, Caller], Step]) -> Told:
        with self.ports.journal.lock(slug):
            mended = self._mended(slug, call)
            before = mended.before
            desk = self._desk(self._open(slug, before))
            told = self._told_before(desk.feature, call)
            if told is not None:
                return told
            call = with_policy(call, desk)
            made = _decided(step, desk, call.caller, mended.left)
            if made.decided is None:
                return Told(_tell(made, call, desk.feature), desk.feature)
            return self._record(before, desk.feature, call, made)

    def _read(self, slug: str, call: Call) -> Snapshot:
        return self.ports.journal.read(
            slug, with_answers=call.key is not None, with_policies=not call.caller.person
        )

    def _open(self, slug: str, before: Snapshot) -> Feature:
        feature = self._project.open(slug, before.feature)
        if before.feature is None:
            from spec_kitty.application.beginnings import require_new

            require_new(self.ports, slug)
        return feature

    def _desk(self, feature: Feature) -> Desk:
        return Desk(feature, self._project)

    def _mended(self, slug: str, call: Call) -> Mended:
        """Reads the journal after what a killed command left has been mended."""
        intent = self.ports.journal.intent(slug)
        if intent is not None:
            Recovery(self.ports).mend(slug, intent)
        before = self._read(slug, call)
        if before.feature is None or not (before.feature.merging or intent):
            return Mended(before)
        from spec_kitty.application.merge_recovery import MergeRecovery

        try:
            outcome = MergeRecovery(self.ports).outcome(before.feature)
        except Refusal as refusal:
            return Mended(before, refusal)
        if outcome is None or before.feature.merge is None:
            return Mended(before)
        decided = decide(before.feature, self._desk(before.feature).plan, outcome)
        caller = Caller(before.feature.merge.actor)
        self._record(before, before.feature, Call(caller), Step(decided, lambda _: {}))
        return Mended(self._read(slug, call))

    def _told_before(self, feature: Feature, call: Call) -> Told | None:
        """Returns what this very call was told under its key; raises it if it was a refusal."""
        if call.key is None:
            return None
        answer = find_answer(feature, call.key, call.arguments)
        if answer is None:
            return None
        data = json.loads(answer.data)
        if answer.error_code is not None:
            raise Refusal(ErrorCode(answer.error_code), answer.message or "", **data)
        return Told(data, feature)

    def _record(self, before: Snapshot, feature: Feature, call: Call, made: Step) -> Told:
        assert made.decided is not None
        event = Event(
            feature.sequence + 1,
            self.ports.system.now(),
            call.caller,
            made.decided.fact,
            made.decided.refs,
            feature.target_branch if before.feature is None else None,
            _new_policy(feature, call),
        )
        data = _tell(made, call, replay(before.feature, feature.slug, event))
        if call.key is not None:
            event = event.replace(answer=_answer(call.key, call.arguments, data, made.refusal))
        after = replay(before.feature, feature.slug, event)
        self.ports.journal.append(before, event, after, made.lay_out)
        if event.refs:
            if made.lay_out is not None:
                Recovery(self.ports).bring_along(feature.slug, made.lay_out)
            self.ports.journal.forget_intent(feature.slug)
        if made.refusal is not None:
            raise made.refusal
        return Told(data, after)


def _decided(
    step: Callable[[Desk, Caller], Step], desk: Desk, caller: Caller, left: Refusal | None
) -> Step:
    """Lets a use case decide; what vanished while it did, moved nothing.

    While a merge cannot be mended, what waits for it is told why not, and no branch moves.
    """
    try:
        made = step(desk, caller)
    except Refusal as refusal:
        if left is not None and refusal.code is ErrorCode.BUSY:
            raise left from None
        raise
    except ObjectsVanished as error:
        raise ObjectsPruned(str(error)) from None
    if left is not None and made.decided is not None and made.decided.refs:
        raise left
    return made


def _tell(made: Step, call: Call, feature: Feature) -> Data:
    """Returns what the step tells, and to a program whether the journal has its policy."""
    data = made.tell(feature)
    if call.caller.person or call.allowed or not call.affects_run:
        return data
    return {**data, "policy_metadata_recorded": call.caller.policy in feature.policies}


def _new_policy(feature: Feature, call: Call) -> str | None:
    known = call.caller.policy is None or call.caller.policy in feature.policies
    return None if known else call.policy_text


def _answer(key: str, arguments: str, data: Data, refusal: Refusal | None) -> Answer:
    if refusal is None:
        return Answer(key, arguments, json.dumps(data, sort_keys=True))
    facts = json.dumps(refusal.facts, sort_keys=True)
    return Answer(key, arguments, facts, refusal.code.value, refusal.message)


def with_policy(call: Call, desk: Desk) -> Call:
    """Returns the call with the policy that counts; checks it against the project's own.

    Where an older provider leaves the policy out, the last one that this actor gave on the
    feature counts. Raises Refusal: POLICY_METADATA_REQUIRED, POLICY_DENIED.
    """
    if call.caller.person or call.allowed:
        return call
    from spec_kitty.domain.policy.metadata import read_canonical
    from spec_kitty.domain.project_policy import check_orchestration, check_policy

    text, known = call.policy_text, call.caller.policy
    if text is None:
        known = desk.feature.actor_policies.get(call.caller.actor)
        text = desk.feature.policies.get(known or "")
    if text is None:
        if call.affects_run:
            raise Refusal(
                ErrorCode.POLICY_METADATA_REQUIRED,
                "This call affects a run and needs policy metadata. Give it with --policy "
                "(a JSON object; 'spec-kitty orchestrator-api schema' describes it).",
            )
        check_orchestration(desk.settings.policy)
        return call
    check_policy(desk.settings.policy, read_canonical(text))
    return call.replace(policy_text=text, caller=call.caller.replace(policy=known))
