import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.plans.cache import FORMAT, MAX_ENTRIES, Cache
from spec_kitty.adapters.plans.reader import PlanReader

OID = "a" * 40


def entry_of(repo: Repo) -> Path:
    (found,) = (repo.path / ".git" / "spec-kitty" / "plans").iterdir()
    return found


@pytest.fixture
def planned(repo: Repo) -> Repo:
    text = "---\nwork_package_id: WP01\ntitle: Sincerely\n---\n"
    repo.write("kitty-specs/034-x/tasks/WP01-x.md", text)
    repo.commit()
    return repo


def test_a_value_comes_back_as_it_was_put(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "new" / "folder"))
    cache.put(OID, ["é", "\udcff", None, [1, True]])
    assert cache.get(OID) == ["é", "\udcff", None, [1, True]]
    assert cache.get("b" * 40) is None


def test_an_entry_is_named_by_its_object_and_the_format(tmp_path: Path) -> None:
    Cache(str(tmp_path)).put(OID, 1)
    assert [each.name for each in tmp_path.iterdir()] == [f"{OID}-{FORMAT}.json"]


def test_the_second_reading_comes_from_the_cache(planned: Repo, reader: PlanReader) -> None:
    first = reader.plan("HEAD", "034-x")
    entry = entry_of(planned)
    before = entry.stat().st_mtime_ns
    assert reader.plan("HEAD", "034-x") == first
    assert entry.stat().st_mtime_ns == before


def forged(content: bytes) -> bytes:
    import zlib

    return b"%08x\n%s" % (zlib.crc32(content), content)


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda _: b"",
    lambda content: content[: len(content) // 2],
    lambda content: content.replace(b"Sincerely", b"Sincerity"),
    lambda content: content[9:],
    lambda _: forged(b"null"),
    lambda _: forged(b"[1, 2, 3]"),
    lambda _: forged(b'{"a": 1}'),
    lambda _: forged(b"[" * 100_000),
    lambda content: forged(content[9:].replace(b"034-x", b"035-x")),
    lambda content: forged(json.dumps([*json.loads(content[9:])[:3], [[1]], [], None]).encode()),
    lambda content: forged(json.dumps([*json.loads(content[9:])[:3], 5, [], None]).encode()),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_made_anew(
    planned: Repo, reader: PlanReader, damage: Callable[[bytes], bytes]
) -> None:
    first = reader.plan("HEAD", "034-x")
    entry = entry_of(planned)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert reader.plan("HEAD", "034-x") == first
    assert entry.read_bytes() == whole


def test_a_cache_that_cannot_be_written_fails_nothing(planned: Repo, reader: PlanReader) -> None:
    (planned.path / ".git" / "spec-kitty").write_text("in the way")
    plan = reader.plan("HEAD", "034-x")
    assert plan is not None
    assert plan.packages[0].title == "Sincerely"


def test_the_oldest_entries_go_when_there_are_too_many(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    for number in range(MAX_ENTRIES):
        (tmp_path / f"{number}.json").touch()
        os.utime(tmp_path / f"{number}.json", (number, number))
    cache.put(OID, "new")
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) <= MAX_ENTRIES
    assert (cache.get(OID), "0.json" in left, f"{MAX_ENTRIES - 1}.json" in left) == (
        "new",
        False,
        True,
    )


def test_as_many_features_as_a_project_has_stay_in_the_cache(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    for number in range(400):
        cache.put(f"{number:040}", number)
    assert [cache.get(f"{number:040}") for number in range(400)] == list(range(400))
