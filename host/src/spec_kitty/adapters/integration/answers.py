"""Owns how the answer of `git merge-tree --stdin -z --messages` is read."""

from __future__ import annotations

import os
import re

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFLICT = "CONFLICT ("
_PARENTHESIS = r"CONFLICT \(([^)]*)\)"
_SHORTER_KINDS = {"directory rename suggested": "directory rename"}


class Stage(Record):
    """Is what one of the three sides has at a path in conflict."""

    path: str
    number: int
    mode: str
    blob: str


class Message(Record):
    """Is what git says about some paths. `kind` is None when it is no conflict."""

    paths: tuple[str, ...]
    kind: str | None
    text: str


class Answer(Record):
    """Is what git makes of one pair of commits."""

    clean: bool
    tree: str
    stages: tuple[Stage, ...]
    messages: tuple[Message, ...]

    @property
    def content_merged(self) -> frozenset[str]:
        """The paths whose content was merged, where attributes could change the answer."""
        return frozenset(path for message in self.messages for path in message.paths)


def read_answers(printed: bytes) -> list[Answer]:
    """Returns the answers in the order in which the pairs were asked."""
    fields = iter(os.fsdecode(printed).split("\0"))
    answers = []
    for flag in fields:
        if flag:
            tree = next(fields)
            stages = tuple(_stage(field) for field in iter(fields.__next__, ""))
            answers.append(Answer(flag == "1", tree, stages, tuple(_messages(fields))))
    return answers


def _stage(field: str) -> Stage:
    facts, _, path = field.partition("\t")
    mode, blob, number = facts.split(" ")
    return Stage(path, int(number), mode, blob)


def _messages(fields: Iterator[str]) -> Iterator[Message]:
    for count in iter(fields.__next__, ""):
        paths = tuple(next(fields) for _ in range(int(count)))
        title, text = next(fields), next(fields)
        yield Message(paths, _kind(title, text), text.strip())


def _kind(title: str, text: str) -> str | None:
    """Names a conflict: `content` and `add/add` share a title and differ in the text only."""
    if not title.startswith(_CONFLICT):
        return None
    named = re.search(_PARENTHESIS, text if title == "CONFLICT (contents)" else title)
    kind = named.group(1) if named else title
    return "submodule" if kind.startswith("submodule") else _SHORTER_KINDS.get(kind, kind)
