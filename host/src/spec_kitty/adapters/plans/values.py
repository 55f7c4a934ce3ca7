"""Owns turning the values of front matter into values of a plan, and complaining about the rest."""

from __future__ import annotations

import re

from spec_kitty.domain.planning.plan import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.plans.front_matter import Value
    from spec_kitty.domain.planning.plan import Severity

MAX_TITLE_CHARACTERS = 300
MAX_WORD_CHARACTERS = 500

_MINUTES = re.compile(r"[1-9][0-9]{0,5}")

# A list that another key than `owned_files` holds decides what is done; that one only advises.
_ADVISORY = frozenset({"owned_files"})
_EXAMPLES = {
    "dependencies": "[WP01, WP02]",
    "subtasks": "[T001, T002]",
    "owned_files": '["src/api/**"]',
}


class Complaints:
    """Collects the problems of one file."""

    def __init__(self, path: str, package_id: str) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._package_id = package_id

    def error(self, line: int, message: str) -> None:
        self._add(line, message, "error")

    def warning(self, line: int, message: str) -> None:
        self._add(line, message, "warning")

    def _add(self, line: int, message: str, severity: Severity) -> None:
        self.problems.append(Problem(self._path, line, message, severity, self._package_id))


def title(values: Mapping[str, Value], complaints: Complaints) -> str | None:
    """Returns the title on one line, None if the file gives none that can be shown."""
    for key in ("title", "work_package_title"):
        value = values.get(key)
        if value is None or value.kind == "nothing":
            continue
        text = " ".join(value.text.split())
        if value.kind not in ("text", "plain") or not text or not text.isprintable():
            complaints.error(value.line, f"'{key}' must be one line of text.")
        elif len(text) > MAX_TITLE_CHARACTERS:
            complaints.error(value.line, f"'{key}' is over {MAX_TITLE_CHARACTERS} characters.")
        else:
            return text
    return None


def words(values: Mapping[str, Value], key: str, complaints: Complaints) -> dict[str, int]:
    """Returns the texts of a list with their lines, each text once."""
    value = values.get(key)
    if value is None or value.kind == "nothing":
        return {}
    if value.kind != "list":
        return _instead_of_list(value, key, complaints)
    found: dict[str, int] = {}
    for item in value.items:
        text = item.text.strip()
        if item.kind not in ("text", "plain") or not _is_word(text):
            _complain_of_item(item, key, complaints)
        elif text in found:
            complaints.warning(item.line, f"'{text}' stands twice in '{key}'.")
        else:
            found[text] = item.line
    return found


def minutes(values: Mapping[str, Value], complaints: Complaints) -> int | None:
    """Returns the estimate."""
    value = values.get("estimate_minutes")
    if value is None or value.kind == "nothing":
        return None
    if value.kind == "plain" and _MINUTES.fullmatch(value.text):
        return int(value.text)
    complaints.error(
        value.line, "'estimate_minutes' must be a whole number above 0, without quotes: 90"
    )
    return None


def truth_of_no_changes(values: Mapping[str, Value], complaints: Complaints) -> bool:
    """Says whether the package is declared to change no file."""
    mode = values.get("execution_mode")
    value = values.get("changes")
    if value is not None and (value.kind != "text" or value.text.strip().lower() != "none"):
        complaints.error(value.line, "'changes' can only be 'none'. Remove it, or write: none")
        value = None
    return value is not None or (mode is not None and mode.text.strip() == "planning_artifact")


def _is_word(text: str) -> bool:
    return text != "" and len(text) <= MAX_WORD_CHARACTERS and text.isprintable()


def _instead_of_list(value: Value, key: str, complaints: Complaints) -> dict[str, int]:
    message = f"'{key}' must be a list: {key}: {_EXAMPLES[key]}"
    if value.kind == "alias":
        message = f"'{key}' is an alias (*{value.text}). Write the list out."
    elif value.kind == "text" and _is_word(value.text):
        parts = [part for part in re.split(r"[,\s]+", value.text.strip("[] ")) if part]
        message = f"'{key}' is a text. Write a list: {key}: [{', '.join(parts)}]"
    if key in _ADVISORY:
        complaints.warning(value.line, message)
    else:
        complaints.error(value.line, message)
    return {}


def _complain_of_item(item: Value, key: str, complaints: Complaints) -> None:
    message = f"An item of '{key}' is not a text of one line; it is left out."
    if key == "dependencies":
        complaints.error(item.line, f"An item of '{key}' is not an id such as WP01.")
    else:
        complaints.warning(item.line, message)
