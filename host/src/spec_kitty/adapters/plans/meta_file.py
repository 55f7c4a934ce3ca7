"""Owns reading `meta.json`, the few facts about a feature that have no better place."""

from __future__ import annotations

import json

from spec_kitty.domain.planning.plan import Problem
from spec_kitty.domain.record import Record

TITLE_KEYS = ("title", "friendly_name")
MAX_TITLE_CHARACTERS = 300


class Meta(Record):
    """Holds what the file says; other keys are left to whoever wrote them."""

    title: str | None
    target_branch: str | None
    problems: tuple[Problem, ...]


def read_meta(path: str, content: bytes | None) -> Meta:
    """Reads the file; None is a file that is too large or no file at all."""
    if content is None:
        return _broken(path, None, "This must be a file of less than 1 MiB.")
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        return _broken(path, error.lineno, f"This is not JSON: {error.msg}.")
    except (ValueError, RecursionError):
        return _broken(path, None, "This is not JSON in UTF-8.")
    if not isinstance(document, dict):
        return _broken(path, 1, 'This must be a JSON object: {"title": "..."}')
    target_branch = document.get("target_branch")
    if target_branch is not None and not _is_line(target_branch):
        problem = Problem(path, None, "'target_branch' must be a text.", "error", None)
        return Meta(_title(document), None, (problem,))
    return Meta(_title(document), target_branch, ())


def _title(document: dict[str, object]) -> str | None:
    for key in TITLE_KEYS:
        title = document.get(key)
        if isinstance(title, str) and _is_line(title):
            return title.strip()
    return None


def _is_line(value: object) -> bool:
    if not isinstance(value, str) or len(value) > MAX_TITLE_CHARACTERS:
        return False
    return value.strip() != "" and value.isprintable()


def _broken(path: str, line: int | None, message: str) -> Meta:
    return Meta(None, None, (Problem(path, line, message, "error", None),))
