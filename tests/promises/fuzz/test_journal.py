"""A journal with damaged objects: every command says so, and none meets a defect."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from fuzz.in_process import Outcome, ask
from project import SLUG, Project, project

__all__ = ["project"]

READS = ("feature-state", "list-ready", "history", "explain", "forecast")
NOTE = ("append-history", "--wp", "WP01", "--actor", "bot", "--note", "Hm.")
SEED, BITS = 5, 3
_WRITTEN = (b"null", b"[]", b'"', b"-1", b"{", b"\xff", b"tree", b"true", b"999999999")


@pytest.fixture
def journal(project: Project) -> Project:
    project.finish("WP01")
    project.submit("WP02", "dog.py", "woof = 1\n")
    return project


def objects_of(project: Project) -> list[Path]:
    """Returns the files of the newest state and of the events, loose as the host wrote them."""
    ref = f"refs/spec-kitty/{SLUG}"
    newest = project.repo.git("rev-list", "--objects", "--no-walk", ref).splitlines()
    events = project.repo.git("rev-list", ref).splitlines()
    oids = {line.split(" ")[0] for line in (*newest, *events)}
    folder = project.repo.path / ".git" / "objects"
    return [folder / oid[:2] / oid[2:] for oid in sorted(oids)]


def require_told(outcome: Outcome, what: str) -> None:
    """Asserts that a call told of damage, or did not come across it; never a defect."""
    assert "Traceback" not in outcome.stderr, (what, outcome)
    assert outcome.code in (None, "JOURNAL_DAMAGED"), (what, outcome)


def try_everything(project: Project, what: str) -> set[str | None]:
    codes = set()
    for command in (*READS, *NOTE[:1]):
        words = NOTE if command == NOTE[0] else (command,)
        outcome = ask(project.repo.path, (words[0], "--feature", SLUG, *words[1:]))
        require_told(outcome, what)
        codes.add(outcome.code)
    return codes


def test_a_file_of_the_journal_with_flipped_bits_is_damage_and_no_defect(journal: Project) -> None:
    draws, codes = random.Random(SEED), set[str | None]()
    for file in objects_of(journal):
        whole = file.read_bytes()
        for _ in range(BITS):
            place = draws.randrange(len(whole))
            flipped = bytes([whole[place] ^ (1 << draws.randrange(8))])
            put(file, whole[:place] + flipped + whole[place + 1 :])
            codes |= try_everything(journal, f"{file.name} at {place}")
        put(file, whole)
    assert codes == {None, "JOURNAL_DAMAGED"}


def test_a_file_of_the_journal_with_other_content_is_damage_and_no_defect(
    journal: Project,
) -> None:
    draws, codes = random.Random(SEED), set[str | None]()
    for file in objects_of(journal):
        whole = file.read_bytes()
        for content in bent(zlib.decompress(whole), draws):
            put(file, zlib.compress(content))
            codes |= try_everything(journal, f"{file.name}: {content[-80:]!r}")
        put(file, whole)
    assert codes == {None, "JOURNAL_DAMAGED"}


@pytest.mark.parametrize("content", [b"", b"not zlib"])
def test_a_file_of_the_journal_that_is_no_object_is_damage_and_no_defect(
    journal: Project, content: bytes
) -> None:
    codes = set[str | None]()
    for file in objects_of(journal):
        whole = file.read_bytes()
        put(file, content)
        codes |= try_everything(journal, file.name)
        put(file, whole)
    assert "JOURNAL_DAMAGED" in codes


def bent(content: bytes, draws: random.Random) -> list[bytes]:
    """Returns the object with other content of the same length: words of JSON, digits, names."""
    header, _, body = content.partition(b"\0")
    found = []
    for _ in range(BITS):
        place = draws.randrange(len(body))
        put_in = draws.choice(
            (b"null", b"[]", b'"', b"-1", b"{", b"\xff", b"tree", b"true", b"9" * 9)
        )
        changed = body[:place] + put_in + body[place + len(put_in) :]
        found.append(header + b"\0" + changed[: len(body)])
    return found


def put(file: Path, content: bytes) -> None:
    """Writes over a file that is meant never to change."""
    file.chmod(0o644)
    file.write_bytes(content)
