"""Checks that what the documentation points at exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documents import ROOT, headings, pages, without_code

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", pages(), ids=str)
def test_relative_links_resolve(page: Path) -> None:
    missing = [
        target
        for target in _LINK.findall(without_code((ROOT / page).read_text()))
        if "://" not in target and not _exists(page, target)
    ]

    assert missing == []


def _exists(page: Path, target: str) -> bool:
    path, _, heading = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    return file.exists() and (not heading or heading in headings(file))
