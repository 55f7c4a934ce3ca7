"""Writes the tables of docs/reference/repositories.md from the kinds that the tests try.

python tests/promises/repositories/page.py
"""

from __future__ import annotations

import re
from pathlib import Path

from repositories.kinds import (
    CONTENTS,
    GIVEN_BACK,
    LAYOUTS,
    NOT_SUBMITTED,
    REFUSED,
    SETTINGS,
    SHOWN,
    Kind,
    No,
)

PAGE = Path(__file__).parents[3] / "docs/reference/repositories.md"
_PLACE = re.compile(r"(<!-- table (\S+) -->\n)(?:.*?)(<!-- end -->)", re.DOTALL)


def _works(kinds: tuple[Kind, ...]) -> str:
    rows = [f"| {kind.told} | works{f'; {kind.limit}' if kind.limit else ''} |" for kind in kinds]
    return _table("| kind | result |", rows)


def _refused(kinds: tuple[No, ...]) -> str:
    rows = [f"| {kind.told} | `{kind.code}` | “{kind.words}” |" for kind in kinds]
    return _table("| kind | code | words in the message |", rows)


def _table(head: str, rows: list[str]) -> str:
    line = "|" + " --- |" * (head.count("|") - 1)
    return "\n".join(["", head, line, *rows, "", ""])


TABLES = {
    "layouts": lambda: _works(LAYOUTS),
    "settings": lambda: _works((*SETTINGS, *SHOWN)),
    "contents": lambda: _works(CONTENTS),
    "not-submitted": lambda: _refused(NOT_SUBMITTED),
    "given-back": lambda: _refused(GIVEN_BACK),
    "refused": lambda: _refused(REFUSED),
}


def filled() -> str:
    """Returns the page with its tables as the kinds have them."""
    return _PLACE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", PAGE.read_text())


def names() -> list[str]:
    """Returns the names of the tables in the page."""
    return [found[2] for found in _PLACE.finditer(PAGE.read_text())]


if __name__ == "__main__":
    PAGE.write_text(filled())
