"""Owns what a run's end means to whoever called: an exit code, a word, and a next step."""

from dataclasses import dataclass

from spec_kitty_orchestrator.domain.run.records import Ended


@dataclass(frozen=True, slots=True)
class Result:
    """Is one way in which a command ends; `next_step` may name the feature as {feature}."""

    exit_code: int
    sentence: str
    next_step: str = ""


USAGE = 2
HOST = 3
RUNNING = 4

# A run that ended so is over; after any other end it can be resumed.
OVER = (Ended.DONE, Ended.ABORTED)

RESULTS: dict[Ended, Result] = {
    Ended.DONE: Result(0, "The feature is done."),
    Ended.NEEDS_PERSON: Result(
        1,
        "The run cannot go on by itself.",
        "Settle what is listed, then: spec-kitty-orchestrator resume --feature {feature}",
    ),
    Ended.REFUSED: Result(
        HOST,
        "The host does not let this run go on.",
        "Settle that, then: spec-kitty-orchestrator resume --feature {feature}",
    ),
    Ended.BUDGET: Result(
        5,
        "The budget is used up; all work is kept.",
        "Go on with a larger one: spec-kitty-orchestrator resume --feature {feature}"
        " --budget-usd or --budget-tokens",
    ),
    Ended.INTERRUPTED: Result(
        130,
        "The run was stopped; all work is kept.",
        "Go on with: spec-kitty-orchestrator resume --feature {feature}",
    ),
    Ended.ABORTED: Result(0, "The run was given up; all work is kept."),
}
