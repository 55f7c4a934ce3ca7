from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from agent_stories import agent_of, assignment_for
from spec_kitty_orchestrator.adapters.surroundings.homes import (
    furnish,
    link_credentials,
    make_home,
    return_credentials,
)
from spec_kitty_orchestrator.adapters.surroundings.identity import git_settings
from spec_kitty_orchestrator.domain.agents import Role

NAMES = (".agent/sign-in.json", ".agent/absent")


@pytest.fixture
def person(tmp_path: Path) -> Path:
    (tmp_path / "person" / ".agent").mkdir(parents=True)
    (tmp_path / "person" / ".agent" / "sign-in.json").write_text("old")
    (tmp_path / "person" / ".agent" / "sign-in.json").chmod(0o600)
    (tmp_path / "person" / ".agent" / "history").write_text("private")
    return tmp_path / "person"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_the_next_attempt_of_an_agent_finds_its_sessions_and_empty_temporary_files(
    tmp_path: Path,
) -> None:
    first = make_home(tmp_path, assignment_for(tmp_path))
    (first.folder / "session").write_text("kept")
    (first.tmp / "deep").mkdir()
    (first.tmp / "deep" / "file").touch()
    (first.tmp / "deep").chmod(0o500)
    second = make_home(tmp_path, replace(assignment_for(tmp_path), id="WP01-2-implement-1"))
    assert second == first
    assert (second.folder / "session").read_text() == "kept"
    assert list(second.tmp.iterdir()) == []
    assert first.folder.stat().st_mode & 0o777 == 0o700


def test_other_work_another_role_and_another_agent_have_other_homes(tmp_path: Path) -> None:
    plain = assignment_for(tmp_path)
    others = [
        plain,
        replace(plain, package="WP02"),
        replace(plain, role=Role.REVIEW),
        replace(plain, agent=replace(agent_of(), name="../../odd")),
    ]
    places = [make_home(tmp_path, each).folder.relative_to(tmp_path) for each in others]
    assert [str(place.parent) for place in places] == [
        "WP01-implement-plain",
        "WP02-implement-plain",
        "WP01-review-plain",
        "WP01-implement-.._.._odd",
    ]


def test_only_what_signs_the_agent_in_is_linked(home: Path, person: Path) -> None:
    link_credentials(home, person, NAMES)
    link_credentials(home, person, NAMES)
    assert [entry.name for entry in (home / ".agent").iterdir()] == ["sign-in.json"]
    assert (home / NAMES[0]).readlink() == person / NAMES[0]


def test_a_sign_in_that_the_agent_renewed_is_given_back(home: Path, person: Path) -> None:
    link_credentials(home, person, NAMES)
    renew(home / NAMES[0])
    return_credentials(home, person, NAMES)
    assert (person / NAMES[0]).read_text() == "new"
    assert (person / NAMES[0]).stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in (person / ".agent").iterdir()) == [
        "history",
        "sign-in.json",
    ]


def test_a_sign_in_that_the_person_renewed_later_is_left_alone(home: Path, person: Path) -> None:
    link_credentials(home, person, NAMES)
    renew(home / NAMES[0])
    os.utime(home / NAMES[0], (1, 1))
    return_credentials(home, person, NAMES)
    assert (person / NAMES[0]).read_text() == "old"


def test_files_of_a_launch_are_written_over_what_was_there(home: Path, person: Path) -> None:
    link_credentials(home, person, NAMES)
    furnish(home, {".agent/config.toml": "ä = 1", NAMES[0]: "own"})
    assert (home / ".agent" / "config.toml").read_text(encoding="utf-8") == "ä = 1"
    assert (home / NAMES[0]).read_text() == "own"
    assert (person / NAMES[0]).read_text() == "old"


@pytest.mark.parametrize("name", ["Ann", 'A "quoted" \\ name', "Ännchen # no comment"])
def test_agents_commit_as_the_person_does(home: Path, person: Path, name: str) -> None:
    variables = {"PATH": os.environ["PATH"], "HOME": str(person), "GIT_DIR": "/nowhere"}
    for key, value in (
        ("user.name", name),
        ("user.email", "a@b.example"),
        ("safe.directory", "/one"),
        ("alias.x", "!exit 1"),
    ):
        configured = ["git", "config", "--file", str(person / ".gitconfig"), "--add", key, value]
        subprocess.run(configured, check=True)
    settings = asyncio.run(git_settings(home, variables))
    furnish(home, {".gitconfig": settings})
    listed = subprocess.run(
        ["git", "config", "--null", "--list", "--file", str(home / ".gitconfig")],
        capture_output=True,
        text=True,
    )
    assert listed.stdout.split("\0") == [
        f"user.name\n{name}",
        "user.email\na@b.example",
        "safe.directory\n/one",
        "",
    ]


def renew(path: Path) -> None:
    """Writes a file in the place of a link, as programs do that replace files whole."""
    fresh = path.with_name("fresh")
    fresh.write_text("new")
    fresh.replace(path)
