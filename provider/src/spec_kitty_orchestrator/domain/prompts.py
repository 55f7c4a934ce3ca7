"""Owns what agents are told: the facts of one attempt, put into a template.

A template is text with `$name` places; which there are is declared here, so that a template with
a mistyped one is refused before anything starts. Where templates lie is the adapters' business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from spec_kitty_orchestrator.domain.feature import Finding, Package


class UnusableTemplate(Exception):
    """A prompt template names something that there is not."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Is what changed between two commits; `is_whole` False if `text` was cut."""

    base: str
    head: str
    stat: str
    text: str
    is_whole: bool = True


# Which places each template may have.
PLACES: Mapping[str, tuple[str, ...]] = {
    "implement": ("feature", "package", "title", "task", "plan", "rework", "remark"),
    "review": ("feature", "package", "title", "task", "plan", "diff", "earlier", "remark"),
    "ask-again": ("feature", "package", "title", "answer"),
}


def fill(name: str, template: str, facts: Mapping[str, str]) -> str:
    """Returns the prompt. Raises UnusableTemplate."""
    try:
        return Template(template).substitute(facts)
    except (KeyError, ValueError) as problem:
        known = ", ".join(f"${place}" for place in PLACES[name])
        raise UnusableTemplate(
            f"The prompt template '{name}' cannot be filled in ({problem}). It may use {known};"
            " a dollar sign is written $$."
        ) from None


def check(name: str, template: str) -> None:
    """Looks whether a template has only places that there are. Raises UnusableTemplate."""
    fill(name, template, dict.fromkeys(PLACES[name], ""))


def rework(package: Package) -> str:
    """Returns what an implementer has to answer: findings, a conflict, a reason; or nothing."""
    if package.rework is None:
        return ""
    parts = [f"This work package came back to you ({package.rework.replace('_', ' ')})."]
    if package.rework_note:
        parts.append(package.rework_note)
    if package.findings and package.rework == "review":
        parts.append("Findings to answer, each of them:\n" + listed(package.findings))
    if package.conflicts:
        parts.append(_conflict(package))
    return "\n\n".join(parts)


def listed(findings: tuple[Finding, ...]) -> str:
    """Returns findings as a list, each with its id, its severity and its place."""
    return "\n".join(
        f"- [{each.id}] ({each.severity}) {_at(each)}{each.message}" for each in findings
    )


def _at(finding: Finding) -> str:
    if finding.path is None:
        return ""
    line = "" if finding.line is None else f":{finding.line}"
    return f"{finding.path}{line}: "


def _conflict(package: Package) -> str:
    marked = [each.path for each in package.conflicts if each.has_markers]
    whole = [f"{each.path} ({each.kind})" for each in package.conflicts if not each.has_markers]
    lines = ["Your work conflicts with work that was integrated meanwhile; both sides are right."]
    if marked:
        lines.append(
            "Solve the conflict markers in these files, keeping what both sides are for: "
            + ", ".join(marked)
        )
    if whole:
        lines.append("Decide how these files have to be, and make them so: " + ", ".join(whole))
    return "\n".join(lines)


def shown(diff: Diff) -> str:
    """Returns a diff as a reviewer reads it, with where the rest is if it was cut."""
    text = f"Changes from {diff.base[:12]} to {diff.head[:12]}:\n{diff.stat}\n\n{diff.text}"
    if diff.is_whole:
        return text
    return f"{text}\n\n(cut; the rest is in `git diff {diff.base[:12]} {diff.head[:12]}`)"
