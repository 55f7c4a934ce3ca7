from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scratch_repository import ScratchRepository, make_repository
from spec_kitty_orchestrator.adapters.repository.places import (
    NotARepository,
    Places,
    find_places,
    read_settings,
)
from spec_kitty_orchestrator.domain.settings.keys import SettingsProblem

SETTINGS = ".kittify/orchestrator.toml"


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScratchRepository:
    return make_repository(monkeypatch, tmp_path)


def places_from(folder: Path) -> Places:
    return find_places(folder, os.environ)


def test_the_places_are_the_same_from_everywhere_in_a_repository(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    repository.git("worktree", "add", "--quiet", ".worktrees/034-cats-WP01")
    inside = repository.path / "deep/er"
    inside.mkdir(parents=True)
    linked = repository.path / ".worktrees/034-cats-WP01"

    found = [places_from(each) for each in (repository.path, inside, linked, repository.common_dir)]

    assert set(found) == {
        Places(repository.common_dir, repository.path, tmp_path / "home/.cache"),
    }


def test_a_bare_repository_has_no_checkout_and_neither_have_its_worktrees(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    bare, linked = tmp_path / "bare.git", tmp_path / "linked"
    repository.git("clone", "--quiet", "--bare", repository.path, bare)
    repository.git("worktree", "add", "--quiet", linked, folder=bare)

    assert [places_from(each).checkout for each in (bare, linked)] == [None, None]
    assert [places_from(each).common_dir for each in (bare, linked)] == [bare, bare]


def test_a_checkout_with_its_git_dir_elsewhere_is_found(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    repository.git("clone", "--quiet", "--separate-git-dir", tmp_path / "g", repository.path, "c")
    (repository.path / "c/deep").mkdir()

    places = places_from(repository.path / "c/deep")

    assert (places.common_dir, places.checkout) == (tmp_path / "g", repository.path / "c")


def test_the_checkout_of_a_submodule_is_found(repository: ScratchRepository) -> None:
    repository.git("submodule", "--quiet", "add", repository.path, "sub")

    places = places_from(repository.path / "sub")

    assert places.checkout == repository.path / "sub"
    assert places.common_dir == repository.common_dir / "modules/sub"


@pytest.mark.parametrize("within", ["", "deep/er"])
def test_the_git_pointer_of_a_workspace_leads_nobody_to_another_repository(
    repository: ScratchRepository, tmp_path: Path, within: str
) -> None:
    repository.git("worktree", "add", "--quiet", ".worktrees/034-cats-WP01")
    workspace = repository.path / ".worktrees/034-cats-WP01"
    (workspace / "deep/er").mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", tmp_path / "hostile"], check=True)
    (workspace / ".git").write_text(f"gitdir: {tmp_path}/hostile/.git\n")
    followed = repository.git("rev-parse", "--absolute-git-dir", folder=workspace)
    assert followed == f"{tmp_path}/hostile/.git"

    assert places_from(workspace / within) == places_from(repository.path)


def test_the_workspace_of_a_bare_repository_is_found_by_its_pointer(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    (tmp_path / "apart").mkdir()
    bare = tmp_path / "apart/bare.git"
    repository.git("clone", "--quiet", "--bare", repository.path, bare)
    linked = tmp_path / "apart/.worktrees/034-cats-WP01"
    repository.git("worktree", "add", "--quiet", linked, folder=bare)

    assert places_from(linked).common_dir == bare


def test_another_repository_in_the_folder_of_workspaces_is_one_of_its_own(
    repository: ScratchRepository,
) -> None:
    own = repository.path / ".worktrees/own"
    subprocess.run(["git", "init", "--quiet", own], check=True)

    assert places_from(own).common_dir == own / ".git"


def test_runs_and_locks_lie_in_the_repository_and_what_agents_get_outside_of_it(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    places = places_from(repository.path)

    assert places.runs == repository.common_dir / "spec-kitty-orchestrator/runs"
    assert places.locks == repository.common_dir / "spec-kitty-orchestrator"
    outside = places.outside("r1")
    assert outside.parent.parent == tmp_path / "home/.cache/spec-kitty-orchestrator"
    assert outside.name == "r1"
    assert places.copies("r1") == outside / "copies"
    assert ".git" not in outside.parts


def test_two_repositories_never_share_a_place_outside(tmp_path: Path) -> None:
    first, second = (Places(Path(name), None, tmp_path) for name in ("/a/.git", "/b/.git"))

    assert first.outside("r1") != second.outside("r1")


@pytest.mark.parametrize(
    ("named", "expected"), [("/var/cache/me", "/var/cache/me"), ("", None), ("relative", None)]
)
def test_the_cache_is_where_the_person_says(
    repository: ScratchRepository, tmp_path: Path, named: str, expected: str | None
) -> None:
    places = find_places(repository.path, {"XDG_CACHE_HOME": named})

    assert places.cache == Path(expected or tmp_path / "home/.cache")


def test_variables_of_the_caller_do_not_lead_to_another_repository(
    repository: ScratchRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path / "other"], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))

    assert places_from(repository.path).checkout == repository.path


def test_no_repository_is_an_error_with_the_next_step(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    with pytest.raises(NotARepository) as raised:
        places_from(tmp_path)

    assert str(raised.value) == (
        f"There is no git repository around {tmp_path}. Change to the folder of your project, or"
        " make one with 'git init'."
    )


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotARepository, match=r"There is no folder .*/missing"):
        places_from(tmp_path / "missing")


def test_a_missing_git_is_an_error_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotARepository) as raised:
        places_from(tmp_path)

    assert str(raised.value) == "There is no 'git' on the PATH. Install git 2.38 or later."


def test_a_path_with_a_line_break_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "a\nb"
    folder.mkdir()
    repository = make_repository(monkeypatch, folder)

    with pytest.raises(NotARepository, match="has a line break in it"):
        places_from(repository.path)


def test_settings_are_read_from_the_main_checkout_as_it_is(
    repository: ScratchRepository,
) -> None:
    repository.git("worktree", "add", "--quiet", ".worktrees/034-cats-WP01")
    repository.write(SETTINGS, b"\xef\xbb\xbf[run]\r\nmax_concurrent = 3\r\n")
    linked = repository.path / ".worktrees/034-cats-WP01"
    (linked / ".kittify").mkdir()
    (linked / SETTINGS).write_text("[run]\nmax_concurrent = 64\n")

    assert read_settings(places_from(linked)) == {"run": {"max_concurrent": 3}}


def test_settings_of_a_bare_repository_are_those_committed_on_its_default_branch(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    repository.write(SETTINGS, "[run]\nmax_concurrent = 3\n")
    repository.commit()
    repository.git("clone", "--quiet", "--bare", repository.path, tmp_path / "bare.git")

    assert read_settings(places_from(tmp_path / "bare.git")) == {"run": {"max_concurrent": 3}}


def test_no_file_means_no_settings(repository: ScratchRepository, tmp_path: Path) -> None:
    repository.git("clone", "--quiet", "--bare", repository.path, tmp_path / "bare.git")

    assert read_settings(places_from(repository.path)) == {}
    assert read_settings(places_from(tmp_path / "bare.git")) == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"[run]\nmax_concurrent = \n",
            f"{SETTINGS} is not TOML: Invalid value (at line 2, column 18).",
        ),
        (b"[run]\n\n# caf\xe9\n", f"{SETTINGS}:3 is not UTF-8. Save it as UTF-8."),
        (b"[run]\n[run]\n", f"{SETTINGS} is not TOML: Cannot declare ('run',) twice"),
        (b"a = " + b"[" * 100_000, f"{SETTINGS} is not TOML: "),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_with_its_line(
    repository: ScratchRepository, content: bytes, sentence: str
) -> None:
    repository.write(SETTINGS, content)

    with pytest.raises(SettingsProblem) as raised:
        read_settings(places_from(repository.path))

    assert str(raised.value).startswith(sentence)


def test_a_file_that_is_far_too_long_is_refused(repository: ScratchRepository) -> None:
    repository.write(SETTINGS, "#" * 300_000)

    with pytest.raises(OSError, match=r"orchestrator\.toml is over 256 KiB"):
        read_settings(places_from(repository.path))
