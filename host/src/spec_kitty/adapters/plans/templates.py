"""Owns the texts of the files that a new project and a new feature begin with."""

from __future__ import annotations

import json

from spec_kitty.domain.planning.settings_keys import KEYS, SECTIONS, Key

FIRST_PACKAGE = "WP01-first-step.md"

_SPEC = """\
# {title}

## Why

Who needs this, and what can they not do today?

## What

- What will be possible when this is done?
- How will somebody see that it works?

## Not part of this

- What might be expected here, but is left for later?
"""

_PLAN = """\
# Plan: {title}

## Approach

The way to the goal in a few sentences: which parts change, and why this way.

## Risks

- What could go wrong, and how would we notice?
"""

_TASKS = """\
# Work packages: {title}

One line for each file in `tasks/`. The files themselves say what depends on what.

- WP01 First step
"""

_PACKAGE = """\
---
work_package_id: WP01
title: First step
# Work packages that must be done before this one starts: [WP02, WP03]
dependencies: []
subtasks:
  - T001
# The files that this work package will change, so that others can keep away from them.
owned_files: []
estimate_minutes: 60
---

# First step

What is different when this is done? An agent gets this text as its task, so write down all
that it needs to know.

## Subtasks

- T001: Say what to do, and in which file.

## Done when

- Say how anybody can check it: a command and what it prints, a test that passes.
"""


def feature_files(title: str) -> dict[str, str]:
    """Returns the files of a new feature by their path in its folder."""
    return {
        "spec.md": _SPEC.format(title=title),
        "plan.md": _PLAN.format(title=title),
        "tasks.md": _TASKS.format(title=title),
        "meta.json": json.dumps({"title": title}, ensure_ascii=False, indent=2) + "\n",
        f"tasks/{FIRST_PACKAGE}": _PACKAGE,
    }


def settings_text() -> str:
    """Returns a settings file in which every key stands as a comment with its default.

    A line of prose begins with '# ', a key with '#' alone: take that away to set it.
    """
    lines = []
    for section, (_, about) in SECTIONS.items():
        lines.append(f"# {about}")
        if section:
            lines.append(f"[{section}]")
        for key in KEYS:
            if key.section == section:
                lines.extend(["", *_key_lines(key)])
        lines.append("")
    return "\n".join(lines)


def _key_lines(key: Key) -> list[str]:
    lines = _wrapped(key.about)
    if key.example:
        lines.append(f"# Example: {key.name} = {key.example}")
    if key.kind == "allowed":
        return [*lines, "# Not set: any."]
    default = "" if key.default is None else key.default
    return [*lines, f"#{key.name} = {json.dumps(default)}"]


def _wrapped(text: str) -> list[str]:
    import textwrap

    return [f"# {line}" for line in textwrap.wrap(text, 90, break_long_words=False)]
