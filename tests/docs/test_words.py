"""Checks that no tracked file names a machine or a place to download from."""

from __future__ import annotations

import re

from documents import ROOT, tracked_files

# In pieces, so that this file may be looked at too.
_FORBIDDEN = re.compile(
    "|".join(
        (
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            "npm" + r"js\.(?:org|com)",
            r"(?:static|index)\." + r"crates\.io",
            "proxy" + r"\.golang\.org",
            "index" + "-url",
            r"(?<![\w.])/" + r"work/(?:main|shared)",
            r"(?<![\w.])/" + r"root/",
        )
    )
)
_ALLOWED = {"Makefile": "index" + "-url"}  # It turns exactly that off.


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    found = [
        f"{path}: {match.group()}"
        for path in tracked_files()
        if (ROOT / path).is_file()
        for match in _FORBIDDEN.finditer((ROOT / path).read_text(errors="replace"))
        if _ALLOWED.get(str(path)) != match.group()
    ]

    assert found == []
