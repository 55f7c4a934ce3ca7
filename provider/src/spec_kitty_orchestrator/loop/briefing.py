"""Owns how the prompt of an attempt comes together: texts, findings, the diff, a remark."""

from pathlib import Path

from spec_kitty_orchestrator.domain import prompts
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.characters import speakable
from spec_kitty_orchestrator.domain.feature import Package
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import AttemptStarted
from spec_kitty_orchestrator.loop.world import Run

# Failures that the next attempt should know about, as they are about the work.
_WORTH_TELLING = (Failure.NO_CHANGE, Failure.GUARD, Failure.TIMEOUT, Failure.STALL)


async def brief(
    run: Run, started: AttemptStarted, package: Package, task: Path | None, copy: Path | None
) -> str:
    """Returns the prompt of an attempt. Raises UnusableTemplate, OSError."""
    texts, slug = run.world.texts, run.started.feature
    facts = {
        "feature": slug,
        "package": package.id,
        "title": package.title,
        "task": texts.task(task) if task is not None else package.title,
        "plan": f"kitty-specs/{slug}/spec.md and kitty-specs/{slug}/plan.md",
        "remark": remark(run, started),
    }
    if started.role is Role.IMPLEMENT:
        name, facts = "implement", {**facts, "rework": prompts.rework(package)}
    elif started.asks_again:
        name = "ask-again"
        facts = {**facts, "answer": _last_answer(run, started)}
    else:
        name = "review"
        base = package.verdict_head or package.base_commit or "HEAD^"
        diff = await run.world.copies.diff(copy or Path(), base, started.head or "HEAD")
        earlier = prompts.listed(package.findings) if package.verdict_head else ""
        facts = {**facts, "diff": prompts.shown(diff), "earlier": earlier}
    return speakable(prompts.fill(name, texts.template(name), facts))


def remark(run: Run, started: AttemptStarted) -> str:
    """Returns why the attempt before this one brought nothing, where that helps."""
    before = [
        each
        for each in run.memory.of(started.package, started.role)
        if each.started.id != started.id and each.started.attempt == started.attempt
    ]
    last = before[-1].ended if before else None
    if last is None or last.failure not in _WORTH_TELLING:
        return ""
    return f"The attempt before this one came to nothing: {last.message}"


def _last_answer(run: Run, started: AttemptStarted) -> str:
    for attempt in reversed(run.memory.of(started.package, started.role)):
        if attempt.ended is not None:
            return attempt.ended.answer
    return ""
