"""Gives the doctor features to examine: played once, then put back at the same place each time.

The doctor that examines them does not wait for what a live git would let go of: the scenes make
what they leave look old, and the waiting itself is tested with the program.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

import pytest

from deliveries import accept, finish_all, merge
from people import Person
from project import SLUG, Project, make_project
from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.journal.audit import JournalAudit
from spec_kitty.adapters.upkeep.upkeep import Upkeep
from spec_kitty.application.doctor.diagnosis import diagnose
from spec_kitty.application.doctor.findings import Finding
from spec_kitty.application.doctor.remedies import mend
from spec_kitty.application.host import Host
from spec_kitty.wiring import Adapters, open_host

JOURNAL = f"refs/spec-kitty/{SLUG}"
# What looking alone may write: caches that can be deleted, and the empty files of locks.
_CACHES = ("lock", "plans", "settings", "git", "empty")


def _nothing() -> None:
    """Happens when nothing happens."""


class _Unhurried(Upkeep):
    """Waits for nobody; what other commands do meanwhile happens in that moment."""

    meanwhile: Callable[[], object] = staticmethod(_nothing)
    writable = True

    def is_writable(self) -> bool:
        return self.writable and super().is_writable()

    def pause(self) -> None:
        self.meanwhile()


class _Crowded(JournalAudit):
    """Lets other commands do something before it is its turn to keep them out."""

    before_its_turn: Callable[[], object] = staticmethod(_nothing)

    def still(self, slug: str) -> AbstractContextManager[object]:
        self.before_its_turn()
        return super().still(slug)


class _Beside(Adapters):
    """Gives the ports of a doctor beside whom other commands are at work."""

    @cached_property
    def upkeep(self) -> _Unhurried:
        return _Unhurried(self.git)

    @cached_property
    def audit(self) -> _Crowded:
        return _Crowded(self.git, self.objects)


class Patient(Project):
    """Is a project that the doctor looks at."""

    @property
    def git_dir(self) -> Path:
        return self.repo.path / ".git"

    @contextmanager
    def host(
        self,
        meanwhile: Callable[[], object] = _nothing,
        before_its_turn: Callable[[], object] = _nothing,
        writable: bool = True,
    ) -> Iterator[Host]:
        """Opens the host; tests say what others do between the doctor's two looks."""
        ports = _Beside(Git(locate(str(self.repo.path))), str(self.repo.path))
        ports.upkeep.meanwhile = meanwhile
        ports.upkeep.writable = writable
        ports.audit.before_its_turn = before_its_turn
        try:
            yield Host(ports)
        finally:
            ports.close()

    def findings(self, only: str | None = None) -> tuple[Finding, ...]:
        with self.host() as host:
            return diagnose(host, only).findings

    def found(self) -> list[tuple[str, str | None, str | None]]:
        """Returns kind, work package and place of each finding, in order."""
        return sorted(
            ((each.kind.value, each.package, self.near(each.place)) for each in self.findings()),
            key=str,
        )

    def near(self, place: str | None) -> str | None:
        """Returns a path as it is inside the project."""
        if place is None or re.fullmatch("[0-9a-f]{40}", place):
            return place and "<commit>"
        base = self.repo.path.parent
        return place.replace(f"{self.repo.path}/", "").replace(f"{base}/", "../")

    def fix(self) -> list[tuple[str, bool]]:
        """Mends what can be mended, and says of each whether there was something to do."""
        mended = []
        for _ in range(3):
            with self.host() as host:
                due = diagnose(host).mendable
                mended += [(each.kind.value, mend(host, each)) for each in due]
            if not due:
                break
        return mended

    def portrait(self) -> dict[str, tuple[int, bytes]]:
        """Returns kind and content of everything below the project, less what is only cached."""
        found = {}
        top = os.fsencode(self.repo.path)
        own = os.path.join(top, b".git", b"spec-kitty")
        for folder, subfolders, names in os.walk(top):
            if folder == own:
                subfolders[:] = [name for name in subfolders if os.fsdecode(name) not in _CACHES]
                names = [name for name in names if os.fsdecode(name) not in _CACHES]
            for name in (*subfolders, *names):
                path = os.path.join(folder, name)
                if path == own:
                    continue
                mode = os.lstat(path).st_mode
                content = b""
                if stat.S_ISREG(mode):
                    content = Path(os.fsdecode(path)).read_bytes()
                elif stat.S_ISLNK(mode):
                    content = os.readlink(path)
                found[os.fsdecode(os.path.relpath(path, top))] = (mode, content)
        return found

    def leave(self, path: str, content: bytes = b"") -> Path:
        """Leaves an old file in the git dir, as a killed command does."""
        file = self.git_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (1, 1))
        return file

    def leave_folder(self, path: Path) -> None:
        """Leaves an old folder with something in it."""
        path.mkdir(parents=True)
        (path / "something").write_text("half")
        os.utime(path, (1, 1))


@contextmanager
def alice(project: Project) -> Iterator[Person]:
    host = open_host(str(project.repo.path))
    try:
        yield Person(host)
    finally:
        host.close()


def planned(project: Project) -> None:
    """Nothing has begun."""


def running(project: Project) -> None:
    """WP01 is done, WP02 waits for its review, WP03 is being worked on, uncommitted."""
    project.finish("WP01")
    project.submit("WP02", "dog.py")
    assert project.start("WP03").data
    project.work("WP03", "bird.py", "tweet = 1\n")


def blocked(project: Project) -> None:
    """WP02 is blocked while it is worked on, WP01 was released with work in it."""
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    assert project.move("WP01", "planned", "bot", "--note", "later").data
    assert project.start("WP02").data
    assert project.move("WP02", "blocked", "bot", "--note", "wait").data


def canceled(project: Project) -> None:
    """WP03 was canceled with uncommitted work."""
    running(project)
    assert project.move("WP03", "canceled", "bot", "--note", "not needed").data


def accepted(project: Project) -> None:
    """All is done and accepted."""
    with alice(project) as person:
        finish_all(project, person)
    accept(project)


def merged(project: Project) -> None:
    """All has landed and was cleaned away."""
    accepted(project)
    assert merge(project).data


LIVES: dict[str, Callable[[Project], None]] = {
    life.__name__: life for life in (planned, running, blocked, canceled, accepted, merged)
}
_played: dict[str, Path] = {}
_place: list[Path] = []


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", "--", source, target], check=True)


def put_back(name: str, place: Path) -> Patient:
    """Returns the feature in that state, at the place, whatever was there before."""
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    if name not in _played:
        LIVES[name](make_project(place / "project"))
        _copy(place / "project", kept := place.parent / f"played-{name}")
        _played[name] = kept
    else:
        _copy(_played[name], place / "project")
    return Patient(Repo(place / "project"))


@pytest.fixture
def patient(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Patient]:
    """Puts the one project of this process into a named state."""
    if not _place:
        _place.append(tmp_path_factory.mktemp("doctor") / "place")
    return lambda name: put_back(name, _place[0])
