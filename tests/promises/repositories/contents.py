"""Holds the kinds of work: what a workspace may hold that is stored rightly, or refused."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

from repositories.places import BOUND_BY_RIGHTS, configure, planned, scene_of
from repositories.whole_story import Scene
from repository import Repo

NAMES = (
    *(b"line\nbreak", b"tab\tx", b'quote"x', b"-dash", b"--force", b"\xff\xfe\x80.bin", b"*.py"),
    *(b"[ab]?", b":(top)x", b":!neg", b" lead", b"trail ", b"\xe2\x80\xaeevil", b"back\\slash"),
    *(b"folder\nline/f", b"#x", b"!y", b"~", b"$HOME", b"`id`", b"\x01\x02", b"\x1b[31mred"),
    *(b"aux.txt", b"A", b"a", b"e\xcc\x81", b"\xc3\xa9", b"x" * 255, b"gi7eb~1", b"a\\..\\b"),
)
# What a file system that folds names would take for `.git`, and git for a break-in.
TRAPS = (
    *(b".GIT/x", b"sub/.GIT/config", b"GIT~1/x", b"sub/git~1", b".git./x", b".Git/hooks/x"),
    *(b"sub/.git ", b".g\xe2\x80\x8cit/x", b"sub/.git\xe2\x80\x8c", b".git::$INDEX_ALLOCATION/x"),
    *(b".git\\x", b"GITMOD~1"),
)
LONG = "d" * 240


def put(room: Path, name: bytes, content: bytes = b"x\n") -> None:
    """Writes a file whose name is not text."""
    path = os.path.join(os.fsencode(room), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def strange_names(folder: Path) -> Scene:
    def work(room: Path) -> None:
        for name in NAMES:
            put(room, name)

    return scene_of(planned(folder / "p"), work=work)


def _deep(room: Path, name: str, depth: int) -> None:
    """Makes folders one in another, also beyond the longest path that the system takes whole."""
    current = os.open(room, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=current)
        inner = os.open(name, os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
    os.close(os.open("file", os.O_CREAT, dir_fd=current))
    os.close(current)


def long_path(folder: Path) -> Scene:
    depth = (3900 - len(str(folder))) // (len(LONG) + 1)
    return scene_of(planned(folder / "p"), work=lambda room: _deep(room, LONG, depth))


def too_long_path(folder: Path) -> Scene:
    return scene_of(planned(folder / "p"), work=lambda room: _deep(room, LONG, 24))


def deep_tree(folder: Path) -> Scene:
    return scene_of(planned(folder / "p"), work=lambda room: _deep(room, "d", 200))


def many_files(folder: Path) -> Scene:
    def work(room: Path) -> None:
        for number in range(300):
            put(room, b"many/%d" % number)

    return scene_of(planned(folder / "p"), work=work)


def no_files(folder: Path) -> Scene:
    """Pipes, sockets and a tracked file that became a pipe: git stores none of them."""

    def work(room: Path) -> None:
        os.mkfifo(room / "pipe")
        (room / "README.md").unlink()
        os.mkfifo(room / "README.md")
        listening = socket.socket(socket.AF_UNIX)
        here = os.open(".", os.O_RDONLY)
        os.chdir(room)
        listening.bind("socket")
        os.fchdir(here)
        os.close(here)
        listening.close()

    return scene_of(planned(folder / "p"), work=work)


def huge_file(folder: Path) -> Scene:
    def work(room: Path) -> None:
        with open(room / "huge.bin", "wb") as file:
            file.truncate(700 << 20)

    return scene_of(planned(folder / "p"), work=work)


def over_the_limit(folder: Path) -> Scene:
    """A limit like `ulimit -f`, which also git's files in the repository keep to."""
    content = os.urandom(300_000)
    limit = ("prlimit", "--fsize=200000")
    return scene_of(planned(folder / "p"), content=content, prefix=limit)


def _closed(folder: Path, name: str) -> Scene:
    def work(room: Path) -> None:
        put(room, b"secrets/x")
        (room / name).chmod(0)

    return scene_of(planned(folder / "p"), work=work, prefix=BOUND_BY_RIGHTS)


def closed_file(folder: Path) -> Scene:
    return _closed(folder, "secrets/x")


def closed_folder(folder: Path) -> Scene:
    return _closed(folder, "secrets")


def encoding_that_is_not_so(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.write(".gitattributes", "*.u16 text working-tree-encoding=UTF-16\n")
    repo.commit()
    return scene_of(repo, file="new.u16", content=b"plain\n")


def own_filter(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "filter.rot.clean=tr a-z n-za-m", "filter.rot.smudge=tr a-z n-za-m")
    repo.write(".gitattributes", "*.rot filter=rot\n")
    repo.write("old.rot", "hello\n")
    repo.commit()
    return scene_of(repo)


def work_for_an_own_filter(folder: Path) -> Scene:
    scene = own_filter(folder)
    scene.file = "new.rot"
    return scene


def submodules(folder: Path) -> Scene:
    inner, repo = planned(folder / "inner"), planned(folder / "p")
    words = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    repo.git(*words, str(inner.path), "lib/sub")
    repo.commit()
    return scene_of(repo)


def _initialised(room: Path) -> Repo:
    words = ["git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init"]
    subprocess.run(words, cwd=room, check=True, capture_output=True)
    return Repo(room / "lib/sub")


def initialised_submodules(folder: Path) -> Scene:
    scene = submodules(folder)

    def work(room: Path) -> None:
        _initialised(room).write("README.md", "not committed\n")

    scene.work = work
    return scene


def moved_submodule(folder: Path) -> Scene:
    scene = submodules(folder)
    inner = Repo(folder / "inner")
    inner.write("more", "1\n")
    new = inner.commit()
    Repo(scene.place / "lib/sub").git("fetch", "--quiet")

    def work(room: Path) -> None:
        _initialised(room).git("fetch", "--quiet")
        Repo(room / "lib/sub").git("checkout", "--quiet", new)

    # The landing leaves a submodule of the person as it is, as git does.
    scene.work, scene.landed = work, None
    return scene


def unpublished_submodule(folder: Path) -> Scene:
    scene = submodules(folder)

    def work(room: Path) -> None:
        inner = _initialised(room)
        inner.write("more", "1\n")
        inner.commit()

    scene.work = work
    return scene


def file_in_a_submodule_that_is_not_there(folder: Path) -> Scene:
    scene = submodules(folder)
    scene.work = lambda room: put(room, b"lib/sub/new.txt")
    return scene
