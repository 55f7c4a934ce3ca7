import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import Repo, make_repo
from spec_kitty.adapters.git.loose_objects import LooseObjects


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_git_reads_what_is_written(tmp_path: Path, object_format: str) -> None:
    tmp_path.joinpath("project").mkdir()
    repo = Repo(tmp_path / "project")
    repo.git("init", "--quiet", f"--object-format={object_format}")
    store = LooseObjects(str(repo.path / ".git"))

    written = store.write("blob", b"meow\n")

    assert written == repo.git("hash-object", "--stdin", stdin="meow\n")
    assert repo.git("cat-file", "blob", written) == "meow"
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def test_settling_can_be_repeated_and_does_not_need_the_folders(repo: Repo) -> None:
    store = LooseObjects(str(repo.path / ".git"))
    written = store.write("blob", b"meow\n")
    os.unlink(repo.path / ".git" / "objects" / written[:2] / written[2:])
    os.rmdir(repo.path / ".git" / "objects" / written[:2])

    store.settle()
    store.settle()

    assert store.write("blob", b"meow\n") == written


def test_the_same_content_can_be_written_again(repo: Repo) -> None:
    store = LooseObjects(str(repo.path / ".git"))

    assert store.write("blob", b"meow\n") == store.write("blob", b"meow\n")


def test_two_stores_of_one_process_do_not_meet(repo: Repo) -> None:
    git_dir = str(repo.path / ".git")

    oids = {LooseObjects(git_dir).write("blob", b"%d" % number) for number in range(40)}

    assert {repo.git("cat-file", "-t", oid) for oid in oids} == {"blob"}


def test_any_bytes_are_written_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    repo = make_repo(tmp_path_factory.mktemp("any") / "project")
    store = LooseObjects(str(repo.path / ".git"))
    seen: dict[str, bytes] = {}

    @given(st.binary(max_size=3000))
    def write(content: bytes) -> None:
        seen[store.write("blob", content)] = content

    write()
    listed = repo.git("cat-file", "--batch-check", stdin="\n".join(seen)).splitlines()

    assert listed == [f"{oid} blob {len(content)}" for oid, content in seen.items()]


def test_a_failed_write_leaves_nothing(repo: Repo) -> None:
    objects = repo.path / ".git/objects"
    oid = repo.git("hash-object", "--stdin", stdin="meow\n")
    (objects / oid[:2] / oid[2:]).mkdir(parents=True)
    store = LooseObjects(str(repo.path / ".git"))

    with pytest.raises(OSError, match=os.strerror(errno.EISDIR)):
        store.write("blob", b"meow\n")

    assert [path.name for path in (objects / oid[:2]).iterdir()] == [oid[2:]]


def written_under(umask: int, repo: Repo) -> tuple[str, str]:
    """Returns the rights of a new object and of its new folder."""
    store = LooseObjects(str(repo.path / ".git"))
    before = os.umask(umask)
    try:
        oid = store.write("blob", b"meow\n")
    finally:
        os.umask(before)
    file = repo.path / ".git/objects" / oid[:2] / oid[2:]
    return stat.filemode(file.stat().st_mode), stat.filemode(file.parent.stat().st_mode)


def test_a_shared_repository_stays_open_to_others(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    repo = Repo(tmp_path / "project")
    repo.git("init", "--quiet", "--shared=group")

    assert written_under(0o077, repo) == ("-r--r--r--", "drwxrwsr-x")


def test_a_private_umask_keeps_others_out_of_an_unshared_repository(repo: Repo) -> None:
    assert written_under(0o077, repo) == ("-r--------", "drwx------")
