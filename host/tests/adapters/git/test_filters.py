import shutil
import subprocess
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.filters import trusted_filters
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.domain.refusals import Refusal
from workspace import BRANCH, PACKAGE, SLUG, Workspace, workspace

__all__ = ["workspace"]

UPPER = "tr a-z A-Z"


def plant(workspace: Workspace, tmp_path: Path, name: str = "evil") -> Path:
    """Configures every program that git might start; returns the file that proves one ran."""
    proof = tmp_path / "proof"
    command = f"sh -c 'touch {proof}; cat'"
    for key in ("clean", "smudge"):
        workspace.main.git("config", f"filter.{name}.{key}", command)
    workspace.main.git("config", f"filter.{name}.required", "true")
    workspace.main.git("config", "core.fsmonitor", f"touch {proof}")
    hook = workspace.main.path / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {proof}\n")
    hook.chmod(0o755)
    workspace.write(".gitattributes", f"*.py filter={name}\n")
    workspace.write("src/cat.py", "changed\n")
    return proof


@pytest.mark.parametrize("name", ["evil", "a=b", "Two Words", "dot.ted"])
def test_planted_programs_do_not_run(workspace: Workspace, tmp_path: Path, name: str) -> None:
    proof = plant(workspace, tmp_path, name)
    head = workspace.main.tip(BRANCH)
    tree = workspace.staging.snapshot(SLUG, PACKAGE, head, (), None).tree
    workspace.worktrees.uncommitted(SLUG, PACKAGE)
    new = workspace.advance(tree)
    workspace.staging.agree(SLUG, PACKAGE, new)
    workspace.worktrees.lay_out(SLUG, PACKAGE, new, head)
    subprocess.run(["rm", "-rf", workspace.path], check=True)
    workspace.worktrees.ensure(SLUG, PACKAGE)
    assert not proof.exists()


def test_a_file_whose_filter_is_off_is_not_submitted(workspace: Workspace, tmp_path: Path) -> None:
    plant(workspace, tmp_path)
    with pytest.raises(Refusal, match=r"src/cat\.py goes through the filter 'evil'") as caught:
        workspace.stage()
    assert caught.value.facts == {"reason": "filter off", "paths": ["src/cat.py"]}


def test_a_file_of_another_kind_is_submitted_beside_a_filter_that_is_off(
    workspace: Workspace, tmp_path: Path
) -> None:
    plant(workspace, tmp_path)
    (workspace.path / "src/cat.py").write_text("meow = 1\n")
    workspace.write("README.md", "more cats\n")
    tree = workspace.stage()
    assert workspace.main.git("show", f"{tree}:README.md") == "more cats"


def test_large_file_storage_that_is_not_set_up_is_refused(workspace: Workspace) -> None:
    workspace.write(".gitattributes", "*.bin filter=lfs\n")
    workspace.write("x.bin", "large\n")
    with pytest.raises(Refusal, match="git lfs install"):
        workspace.stage()


def test_an_unprotected_git_runs_planted_programs(workspace: Workspace, tmp_path: Path) -> None:
    proof = plant(workspace, tmp_path)
    workspace.git("add", "--all")
    assert proof.exists()


def test_a_filter_alone_would_be_run_by_an_unprotected_command(
    workspace: Workspace, tmp_path: Path
) -> None:
    proof = plant(workspace, tmp_path)
    workspace.git(
        *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
        *("update-index", "--add", "src/cat.py"),
    )
    assert proof.exists()


def trust(git_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    config = tmp_path / "config"
    config.write_text(git_config.read_text() + text)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


def test_a_filter_of_the_person_stays_on(
    workspace: Workspace, git_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(git_config, tmp_path, monkeypatch, f'[filter "upper"]\nclean = {UPPER}\n')
    made = Workspace(
        workspace.path,
        workspace.main,
        type(workspace.worktrees)(Git(locate(str(workspace.main.path)))),
        workspace.staging,
        workspace.host,
    )
    staging = type(workspace.staging)(Git(locate(str(made.main.path))), made.worktrees)
    made.write(".gitattributes", "*.py filter=upper\n")
    made.write("src/cat.py", "changed\n")
    tree = staging.snapshot(SLUG, PACKAGE, made.main.tip(BRANCH)).tree
    assert made.main.git("show", f"{tree}:src/cat.py") == "CHANGED"


def test_a_trusted_definition_wins_over_the_repositorys(
    repo: Repo, git_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(git_config, tmp_path, monkeypatch, f'[filter "upper"]\nclean = {UPPER}\n')
    repo.git("config", "filter.upper.clean", "evil")
    repo.git("config", "filter.upper.process", "evil")
    found = trusted_filters(Git(locate(str(repo.path))).configuration)
    pairs = {
        found.environment[f"GIT_CONFIG_KEY_{number}"]: found.environment[
            f"GIT_CONFIG_VALUE_{number}"
        ]
        for number in range(int(found.environment["GIT_CONFIG_COUNT"]))
    }
    assert pairs == {
        "filter.upper.clean": UPPER,
        "filter.upper.smudge": "",
        "filter.upper.process": "",
        "filter.upper.required": "false",
    }
    assert found.active == {"upper"}


def test_without_filters_nothing_is_set(repo: Repo) -> None:
    found = trusted_filters(Git(locate(str(repo.path))).configuration)
    assert (found.environment, found.active) == ({}, frozenset())


@pytest.mark.parametrize(("installed", "active"), [(True, {"lfs"}), (False, set())])
def test_large_file_storage_of_the_repository_gets_its_known_commands(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, active: set[str]
) -> None:
    repo.git("config", "filter.lfs.clean", "evil")
    program = tmp_path / "bin" / "git-lfs"
    program.parent.mkdir()
    if installed:
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    git = shutil.which("git")
    assert git is not None
    (program.parent / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(program.parent))
    found = trusted_filters(Git(locate(str(repo.path))).configuration)
    assert "evil" not in found.environment.values()
    assert found.active == active


def test_a_large_file_that_a_trusted_filter_takes_is_not_too_large(
    repo: Repo, git_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workspace import attach

    trust(git_config, tmp_path, monkeypatch, '[filter "small"]\nclean = head -c 3\n')
    made = attach(repo)
    made.write(".gitattributes", "*.bin filter=small\n")
    made.write("big.bin", "x" * 100)
    made.write("big.txt", "x" * 100)
    found = made.staging.snapshot(SLUG, PACKAGE, made.main.tip(BRANCH), (), 50)
    paths = made.main.git("ls-tree", "-r", "--name-only", found.tree).splitlines()
    assert found.too_large == (("big.txt", 100),)
    assert ("big.bin" in paths, "big.txt" in paths) == (True, False)
