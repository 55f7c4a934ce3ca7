"""Where a command is called from: any folder of the project, any worktree, a bare repository."""

from pathlib import Path

import pytest

from door import POLICY, Answer, call
from project import SLUG, Project, make_project
from repository import Repo
from soundness import require_sound
from states import kinds, lane

ABOUT = ("--feature", SLUG, "--wp", "WP01", "--actor", "bot", "--policy", POLICY)


def linked(project: Project) -> Path:
    path = project.repo.path.parent / "linked"
    project.repo.git("worktree", "add", "--quiet", "--detach", path)
    return path


def main_subfolder(project: Project) -> Path:
    return project.repo.path / "kitty-specs" / SLUG


def linked_subfolder(project: Project) -> Path:
    return linked(project) / "kitty-specs"


def git_dir(project: Project) -> Path:
    return project.repo.path / ".git"


def other_workspace(project: Project) -> Path:
    assert project.start("WP02", "eve").data
    return project.workspace("WP02")


PLACES = [main_subfolder, linked, linked_subfolder, git_dir, other_workspace]


@pytest.mark.parametrize("place_of", PLACES)
def test_a_package_goes_through_its_life_from_any_folder(
    project: Project, place_of: object
) -> None:
    assert callable(place_of)
    place = place_of(project)

    started = call(place, "start-implementation", *ABOUT).data
    assert Path(started["workspace_path"]) == project.workspace("WP01")
    project.work("WP01", "cat.py", "meow = 1\n")
    assert call(place, "transition", "--to", "for_review", *ABOUT).data
    assert call(place, "transition", "--to", "done", "--review-ref", "r/1", *ABOUT).data

    assert lane(project) == "done"
    assert project.repo.git("show", f"{SLUG}:cat.py") == "meow = 1"


def test_the_environment_of_a_git_hook_does_not_mislead(project: Project, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other")
    env = {
        "GIT_DIR": str(other.repo.path / ".git"),
        "GIT_WORK_TREE": str(other.repo.path),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
        "GIT_NAMESPACE": "cats",
    }

    assert call(project.repo, "start-implementation", *ABOUT, env=env).data

    assert (len(kinds(project)), kinds(other)) == (2, [])


def test_outside_any_repository_there_is_no_project(tmp_path: Path) -> None:
    assert call(tmp_path, "feature-state", "--feature", SLUG).error == "NOT_A_PROJECT"


def in_bare(repo: Repo, command: str, *words: str) -> Answer:
    return call(repo, command, "--feature", SLUG, *words)


def test_a_feature_goes_from_plan_to_merge_in_a_bare_repository(project: Project) -> None:
    bare = Repo(project.repo.path.parent / "bare.git")
    project.repo.git("clone", "--quiet", "--bare", ".", bare.path)
    bare.git("config", "user.name", "Alice Example")
    who = ("--actor", "bot", "--policy", POLICY)

    for wp in ("WP01", "WP02"):
        started = in_bare(bare, "start-implementation", "--wp", wp, *who).data
        (Path(started["workspace_path"]) / f"{wp}.py").write_text("meow\n")
        words = ("--wp", wp, *who, "--to")
        assert in_bare(bare, "transition", *words, "for_review").data
        assert in_bare(bare, "transition", *words, "done", "--review-ref", "r/1").data
    started = in_bare(bare, "start-implementation", "--wp", "WP03", *who).data
    canceled = ("--wp", "WP03", *who, "--to", "canceled", "--note", "No.")
    assert in_bare(bare, "transition", *canceled).data
    tree = in_bare(bare, "accept-feature", *who).data["tree"]
    assert in_bare(bare, "merge-feature", *who).data["merged"]

    assert bare.git("rev-parse", "main^{tree}") == tree
    assert sorted(bare.git("ls-tree", "--name-only", "main").split()) == [
        ".kittify",
        "README.md",
        "WP01.py",
        "WP02.py",
        "kitty-specs",
    ]
    require_sound(bare)


def test_a_project_in_a_folder_with_a_strange_name(tmp_path: Path) -> None:
    strange = make_project(tmp_path / "caf\u00e9 'x' \"y\" $z;\n#")

    strange.finish("WP01")

    assert lane(strange) == "done"
    require_sound(strange.repo)


def test_a_checkout_on_another_branch_with_changes_is_left_alone(project: Project) -> None:
    project.repo.git("checkout", "--quiet", "-b", "mine")
    project.repo.write("cat.py", "mine = 1\n")
    before = project.repo.status()

    project.finish("WP01", "cat.py", "meow = 1\n")

    assert project.repo.status() == before
    assert project.repo.git("branch", "--show-current") == "mine"
    (project.repo.path / "cat.py").unlink()
