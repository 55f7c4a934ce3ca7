"""What a repository's own config says, read as git reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.repository_format import RepositoryFormat, read_format
from spec_kitty.domain.refusals import Refusal

WRITTEN = {
    "": RepositoryFormat(None, None, False),
    "[core]\n\tbare = false\n": RepositoryFormat(False, None, False),
    "[core]\n\tbare\n": RepositoryFormat(True, None, False),
    "[CORE]\nBare=YES ; comment\n": RepositoryFormat(True, None, False),
    "[core] bare = 1\n": RepositoryFormat(True, None, False),
    "[core]\n\tbare = true\n\tbare = off\n": RepositoryFormat(False, None, False),
    "[core]\n\tworktree = ../elsewhere # not this\n": RepositoryFormat(None, "../elsewhere", False),
    '[core]\n\tworktree = "a # \\"b\\" \\\\ c"\n': RepositoryFormat(None, 'a # "b" \\ c', False),
    "[core]\n\tworktree = a\\\nb\n": RepositoryFormat(None, "ab", False),
    '[core "x"]\n\tbare = true\n': RepositoryFormat(None, None, False),
    "[user]\n\tbare = true\n\tworktree = x\n": RepositoryFormat(None, None, False),
    "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n": (
        RepositoryFormat(None, None, True)
    ),
}


def git_dir(folder: Path, config: str, own: str = "") -> str:
    (folder / "config").write_text(config)
    if own:
        (folder / "config.worktree").write_text(own)
    return str(folder)


@pytest.mark.parametrize("config", WRITTEN)
def test_the_format_is_read(config: str, tmp_path: Path) -> None:
    assert read_format(git_dir(tmp_path, config)) == WRITTEN[config]


@pytest.mark.parametrize("config", [text for text in WRITTEN if text])
def test_git_reads_the_same(config: str, tmp_path: Path) -> None:
    read = read_format(git_dir(tmp_path, config))

    def said(*words: str) -> str:
        asked = ("git", "config", "--file", str(tmp_path / "config"), *words)
        ended = subprocess.run(asked, capture_output=True, text=True, check=False)
        return ended.stdout.strip()

    bare = {"": None, "true": True, "false": False}[said("--type=bool", "core.bare")]
    assert (read.bare, read.work_tree or "") == (bare, said("core.worktree"))


def test_the_config_of_the_main_worktree_counts_where_it_is_switched_on(tmp_path: Path) -> None:
    own = "[core]\n\tbare = true\n"
    off = git_dir(tmp_path, "", own)
    assert read_format(off).bare is None
    on = git_dir(tmp_path, "[extensions]\n\tworktreeConfig = true\n", own)
    assert read_format(on).bare is True


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (
            "[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\n",
            "extensions.refstorage=reftable",
        ),
        (
            "[core]\nrepositoryformatversion = 1\n[extensions]\ncompatObjectFormat = sha256\n",
            "extensions.compatobjectformat=sha256",
        ),
        ("[core]\nrepositoryformatversion = 2\n", "core.repositoryformatversion=2"),
    ],
)
def test_what_the_host_does_not_know_is_refused(config: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="does not know") as caught:
        read_format(git_dir(tmp_path, config))
    assert caught.value.facts == {"found": found}


def test_extensions_of_the_oldest_version_do_not_count(tmp_path: Path) -> None:
    text = "[core]\nrepositoryformatversion = 0\n[extensions]\nrefStorage = reftable\n"
    assert read_format(git_dir(tmp_path, text)) == RepositoryFormat(None, None, False)


def test_a_repository_of_gits_own_making_is_known(repo: Repo) -> None:
    assert read_format(str(repo.path / ".git")) == RepositoryFormat(False, None, False)
