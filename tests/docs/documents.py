"""Gives tests the pages of the documentation and what is in them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """Is a fenced block: the words after its fence, and its text."""

    info: str
    text: str


@cache
def tracked_files() -> tuple[Path, ...]:
    """Returns every file that is tracked, or would be if all were added."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return tuple(Path(name) for name in sorted(set(filter(None, listed.split("\0")))))


def pages() -> list[Path]:
    """Returns every Markdown page, without those of the library that the demo builds."""
    library = Path("examples/library")
    return [p for p in tracked_files() if p.suffix == ".md" and not p.is_relative_to(library)]


def blocks(page: Path) -> Iterator[Block]:
    """Yields the fenced blocks of a page in order."""
    for info, text in _FENCE.findall((ROOT / page).read_text()):
        yield Block(info, text)


def without_code(text: str) -> str:
    """Returns the text without fenced blocks and code in lines."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))


def headings(file: Path) -> set[str]:
    """Returns the anchors of a page's headings, as they are made for links."""
    text = _FENCE.sub("", file.read_text())
    found = {_anchor(heading) for heading in _HEADING.findall(text)}
    return found | set(_ANCHOR.findall(text))


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
