"""Owns what can be said of a run beforehand: its course, its first actions, what stands in its way.

Everything is worked out from what was prepared for the run that would start.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import assert_never

from spec_kitty_orchestrator.domain.agents import Kind
from spec_kitty_orchestrator.domain.run.memory import Memory
from spec_kitty_orchestrator.domain.run.records import RunStarted
from spec_kitty_orchestrator.domain.run.results import HOST, RESULTS, RUNNING
from spec_kitty_orchestrator.domain.scheduling import actions
from spec_kitty_orchestrator.domain.scheduling.schedule import Schedule, natural, schedule
from spec_kitty_orchestrator.domain.scheduling.view import View
from spec_kitty_orchestrator.domain.showing.forecasting import Expectation, expect
from spec_kitty_orchestrator.domain.showing.telling import one_line
from spec_kitty_orchestrator.loop.preparing import Prepared


@dataclass(frozen=True)
class Outlook:
    """Is a run seen before it starts; `already` says why it cannot start beside another."""

    prepared: Prepared
    already: str | None = None

    @cached_property
    def expectation(self) -> Expectation:
        prepared = self.prepared
        overlaps = prepared.forecast.overlaps
        return expect(prepared.feature, prepared.limits.max_concurrent, overlaps)

    @cached_property
    def first(self) -> Schedule:
        """Returns what the run would do in its first moment."""
        prepared, roster = self.prepared, self.prepared.roster
        run = RunStarted(
            0.0,
            "",
            prepared.feature.slug,
            prepared.actor,
            roster.implementers,
            roster.reviewers,
            prepared.limits,
            prepared.merge,
            prepared.strategy,
        )
        overlaps = prepared.forecast.overlaps
        return schedule(View(prepared.feature, Memory(run), roster, 0.0, overlaps=overlaps))

    @property
    def denied(self) -> tuple[str, ...]:
        return tuple(
            f"{name} may not {role} here: {answer.message}"
            for (name, role), (_, answer) in self.prepared.policies.items()
            if not answer.allowed
        )

    @property
    def finish(self) -> actions.Finish | None:
        """Returns how the run would end at once, None if it has something to do."""
        ends = [each for each in self.first.actions if isinstance(each, actions.Finish)]
        return ends[0] if ends else None

    @property
    def exit_code(self) -> int:
        """Returns what the real start would end with at once; 0 if it could go on."""
        if self.already is not None:
            return RUNNING
        if self.denied:
            return HOST
        return RESULTS[self.finish.ended].exit_code if self.finish else 0

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """Returns what keeps the run from starting, or single work packages from being done."""
        already = (self.already,) if self.already else ()
        ends = self.finish.reasons if self.finish else ()
        whys = (*already, *self.denied, *self.first.needs, *ends)
        return tuple(dict.fromkeys(one_line(why) for why in whys))

    @property
    def warnings(self) -> tuple[str, ...]:
        prepared = self.prepared
        return tuple(
            one_line(each)
            for each in (*prepared.feature.warnings, *prepared.warnings, *_no_network(prepared))
        )

    @property
    def overlaps(self) -> tuple[tuple[str, str], ...]:
        pairs = [
            tuple(sorted((each.first, each.second), key=natural))
            for each in self.prepared.forecast.overlaps
        ]
        ordered = sorted(pairs, key=lambda pair: [natural(each) for each in pair])
        return tuple((first, second) for first, second in ordered)

    @property
    def begins(self) -> tuple[str, ...]:
        """Returns the first actions as sentences."""
        titles = {each.id: one_line(each.title) for each in self.prepared.feature.packages}
        return tuple(_sentence(each, titles, self.prepared) for each in self.first.actions)


def _no_network(prepared: Prepared) -> list[str]:
    names = [
        name
        for (name, _), (policy, _) in prepared.policies.items()
        if policy.network_mode == "none" and prepared.roster.agents[name].kind is not Kind.COMMAND
    ]
    return [
        f"{name} could not work: network none cannot run a hosted model."
        for name in dict.fromkeys(names)
    ]


def _sentence(action: actions.Action, titles: dict[str, str], prepared: Prepared) -> str:
    match action:
        case actions.Start(package, agent):
            title = f" ({titles[package]})" if titles[package] not in ("", package) else ""
            return f"{agent} starts {package}{title}."
        case actions.Launch(package, role, agent):
            return f"{agent} goes on to {role} {package}."
        case actions.ClaimReview(package, agent):
            return f"{agent} is to review {package}."
        case actions.Submit(package) | actions.GiveVerdict(package) | actions.Block(package):
            return f"{package} is moved on."
        case actions.Reopen(package):
            return f"{package} is reopened."
        case actions.Accept():
            return "Every work package is done: the feature is accepted."
        case actions.Merge():
            return f"The feature is accepted: it is merged into {prepared.feature.target_branch}."
        case actions.Finish(ended):
            return RESULTS[ended].sentence
        case actions.EndAttempt():
            return action.reason
        case _:
            assert_never(action)


def data(outlook: Outlook) -> dict[str, object]:
    """Returns the outlook for programs; times are minutes from the start."""
    prepared, expected = outlook.prepared, outlook.expectation
    policies = [
        {
            "agent": name,
            "role": role,
            "policy": asdict(policy),
            "allowed": answer.allowed,
            "message": answer.message,
        }
        for (name, role), (policy, answer) in prepared.policies.items()
    ]
    return {
        "feature_slug": prepared.feature.slug,
        "exit_code": outlook.exit_code,
        "contract_version": prepared.contract,
        "actor": prepared.actor,
        "target_branch": prepared.feature.target_branch,
        "merge": prepared.merge,
        "strategy": prepared.strategy,
        "limits": asdict(prepared.limits),
        "implementers": prepared.roster.implementers,
        "reviewers": prepared.roster.reviewers,
        "independent_review": prepared.roster.independent_review,
        "agents": [asdict(each) for each in prepared.found],
        "policies": policies,
        "waves": prepared.forecast.waves,
        "critical_path": prepared.forecast.critical_path,
        "critical_path_minutes": prepared.forecast.critical_minutes,
        "expected_minutes": expected.minutes,
        "course": [asdict(job) for job in expected.jobs],
        "without_estimate": expected.guessed,
        "cannot_be_done": expected.left,
        "overlaps": outlook.overlaps,
        "first": [
            {"action": type(each).__name__, **asdict(each), "sentence": said}
            for each, said in zip(outlook.first.actions, outlook.begins, strict=True)
        ],
        "in_the_way": outlook.in_the_way,
        "warnings": outlook.warnings,
    }
