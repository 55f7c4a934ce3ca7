import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cut_answers import cut_answers
from packed_refs import pack_refs, pack_refs_alike
from repository import Repo
from spec_kitty.adapters.git.location import Location, locate
from spec_kitty.adapters.git.objects import GitObjects, ObjectMissing, ObjectTooLarge
from spec_kitty.adapters.git.runner import Git, GitFailed, GitStopped


@pytest.fixture
def objects(repo: Repo) -> Iterator[GitObjects]:
    opened = GitObjects(Git(locate(str(repo.path))))
    yield opened
    opened.close()


def child_of(objects: GitObjects) -> int:
    assert objects._child is not None
    return objects._child.pid


def test_a_committed_file_is_found_and_read(repo: Repo, objects: GitObjects) -> None:
    repo.write("a file.txt", "hello\n")
    repo.commit()
    oid = repo.git("rev-parse", "HEAD:a file.txt")
    assert objects.find("refs/heads/main:a file.txt") == (oid, "blob", 6)
    assert objects.read(oid) == b"hello\n"


@pytest.mark.parametrize("name", ["refs/heads/none", "refs/heads/main:none", "0" * 40, "", " "])
def test_what_is_not_there_is_not_found(objects: GitObjects, name: str) -> None:
    assert objects.find(name) is None


def test_an_object_id_that_could_mean_several_is_not_found(repo: Repo, objects: GitObjects) -> None:
    # Of 600 object ids, two begin with the same four digits.
    for number in range(600):
        repo.write(f"many/{number}", f"{number}\n")
    repo.commit()
    oids = repo.git("rev-parse", *(f"HEAD:many/{number}" for number in range(600))).split()
    starts = [oid[:4] for oid in oids]
    twice = next(start for start in starts if starts.count(start) > 1)
    assert objects.find(twice) is None


def test_a_name_in_any_bytes_is_found(repo: Repo, objects: GitObjects) -> None:
    name = os.fsdecode(b"caf\xe9")
    repo.write(name, "x")
    repo.commit()
    assert objects.find(f"HEAD:{name}") is not None


@pytest.mark.parametrize("name", ["HEAD\ncontents HEAD", "HEAD\0"])
def test_a_name_that_could_ask_a_second_question_is_refused(objects: GitObjects, name: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        objects.find(name)


def test_sizes_are_read_together_and_missing_objects_left_out(
    repo: Repo, objects: GitObjects
) -> None:
    oids = [repo.git("hash-object", "-w", "--stdin", stdin="x" * size) for size in range(60)]
    missing = "1" * 40
    assert objects.sizes([missing, *oids]) == {oid: size for size, oid in enumerate(oids)}
    assert objects.sizes([]) == {}
    assert objects.find(oids[1]) == (oids[1], "blob", 1)


def test_a_missing_object_cannot_be_read(objects: GitObjects) -> None:
    with pytest.raises(ObjectMissing):
        objects.read("1" * 40)


def test_an_object_over_the_limit_is_refused_and_the_next_question_is_answered(
    repo: Repo, objects: GitObjects
) -> None:
    repo.write("large", b"x" * 3_000_000)
    repo.write("small", "x")
    repo.commit()
    with pytest.raises(ObjectTooLarge):
        objects.read("HEAD:large", 2_999_999)
    assert objects.read("HEAD:small") == b"x"
    assert len(objects.read("HEAD:large", 3_000_000)) == 3_000_000


def test_many_objects_are_read_in_their_order(repo: Repo, objects: GitObjects) -> None:
    contents = [b"%d" % number * (number * 40) for number in range(300)]
    for number, content in enumerate(contents):
        repo.write(f"many/{number}", content)
    repo.commit()
    oids = repo.git("rev-parse", *(f"HEAD:many/{number}" for number in range(300))).split()
    assert objects.read_many(oids) == contents
    assert objects.read_many([]) == []


def test_a_missing_object_among_many_leaves_no_answers_behind(
    repo: Repo, objects: GitObjects
) -> None:
    repo.write("a", "a")
    repo.write("b", "b")
    repo.commit()
    with pytest.raises(ObjectMissing):
        objects.read_many(["HEAD:a", "1" * 40, "HEAD:a"])
    assert objects.read("HEAD:b") == b"b"


def test_one_child_answers_all_questions_and_sees_what_others_commit(
    repo: Repo, objects: GitObjects
) -> None:
    assert objects.find("HEAD:new") is None
    child = child_of(objects)
    repo.write("new", "x")
    repo.commit()
    repo.git("repack", "-a", "-d", "--quiet")
    assert objects.find("HEAD:new") is not None
    assert child_of(objects) == child


def test_refs_that_are_packed_twice_within_a_second_are_read_as_they_are(
    repo: Repo, objects: GitObjects
) -> None:
    is_same_second = False
    for number in range(100):
        if is_same_second:
            return
        repo.write("new", f"{number}")
        repo.git("update-ref", "refs/heads/it", "main")
        pack_refs(repo)
        objects.find("refs/heads/it")
        repo.git("update-ref", "refs/heads/it", repo.commit())
        is_same_second = pack_refs_alike(repo)
        assert objects.find("refs/heads/it") == objects.find(repo.tip())
    raise AssertionError("It never was within a second.")


def test_a_child_that_was_killed_is_replaced(objects: GitObjects) -> None:
    found = objects.find("HEAD")
    os.kill(child_of(objects), signal.SIGKILL)
    assert objects.find("HEAD") == found


@pytest.fixture
def large(repo: Repo) -> list[str]:
    for name in "abc":
        repo.write(name, name * 300_000)
    repo.commit()
    return [repo.git("rev-parse", f"HEAD:{name}") for name in "abc"]


def test_an_answer_that_was_cut_short_is_asked_for_once_more(
    repo: Repo, large: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_answers(tmp_path, monkeypatch, times=1)
    with closing(GitObjects(Git(locate(str(repo.path))))) as objects:
        read = objects.read_many(large)

    assert [content[:1] for content in read] == [b"a", b"b", b"c"]
    assert not list(tmp_path.glob("cut-*"))


def test_answers_that_are_always_cut_short_are_the_machines_fault(
    repo: Repo, large: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_answers(tmp_path, monkeypatch, times=2)
    with closing(GitObjects(Git(locate(str(repo.path))))) as objects:
        with pytest.raises(GitStopped, match="in the middle of an answer"):
            objects.read_many(large)
        assert objects.sizes(large) == dict.fromkeys(large, 300_000)


def test_nothing_is_started_before_the_first_question(tmp_path: Path) -> None:
    GitObjects(Git(Location(str(tmp_path), None))).close()


def test_closing_ends_the_child_and_can_be_repeated(objects: GitObjects) -> None:
    objects.find("HEAD")
    child = child_of(objects)
    objects.close()
    objects.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_damaged_object_fails_in_the_words_of_git(repo: Repo, objects: GitObjects) -> None:
    repo.write("a", os.urandom(100_000))
    repo.commit()
    oid = repo.git("rev-parse", "HEAD:a")
    file = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:50_000])
    with pytest.raises(GitFailed, match="fatal: unable to stream"):
        objects.read(oid)


def test_a_repository_of_sha256_is_read(tmp_path: Path) -> None:
    made = Repo(tmp_path)
    made.git("init", "--quiet", "--object-format=sha256")
    made.write("a", "x")
    made.commit()
    objects = GitObjects(Git(locate(str(tmp_path))))
    found = objects.find("HEAD:a")
    assert found is not None
    assert len(found[0]) == 64
    assert objects.read(found[0]) == b"x"
    objects.close()
