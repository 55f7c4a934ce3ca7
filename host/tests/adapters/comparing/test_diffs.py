from __future__ import annotations

import os

import pytest

from repository import Repo
from spec_kitty.adapters.comparing.diffs import Diffs
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git


@pytest.fixture
def diffs(repo: Repo) -> Diffs:
    repo.write("cat.py", "meow = 1\n")
    repo.commit("Meow")
    return Diffs(Git(locate(str(repo.path))))


def test_a_patch_comes_line_by_line(repo: Repo, diffs: Diffs) -> None:
    base = repo.tip()
    repo.write("cat.py", "meow = 2\n")
    tip = repo.commit()
    assert list(diffs.patch(base, tip)) == [
        "diff --git a/cat.py b/cat.py",
        f"index {blobs(repo, base, tip)} 100644",
        "--- a/cat.py",
        "+++ b/cat.py",
        "@@ -1 +1 @@",
        "-meow = 1",
        "+meow = 2",
    ]


def blobs(repo: Repo, base: str, tip: str) -> str:
    return "..".join(repo.git("rev-parse", "--short", f"{each}:cat.py") for each in (base, tip))


def test_the_stat_sums_up(repo: Repo, diffs: Diffs) -> None:
    base = repo.tip()
    repo.git("mv", "cat.py", "tom.py")
    tip = repo.commit()
    assert diffs.stat(base, tip, 80) == (
        " cat.py => tom.py | 0",
        " 1 file changed, 0 insertions(+), 0 deletions(-)",
    )
    assert diffs.stat(tip, tip, 80) == ()


def test_neither_programs_nor_attributes_of_the_work_take_part(repo: Repo, diffs: Diffs) -> None:
    base = repo.tip()
    repo.git("config", "diff.external", "touch ran")
    repo.git("config", "diff.loud.textconv", "tr a-z A-Z <")
    repo.git("config", "color.ui", "always")
    work = Repo(repo.path / ".worktrees" / "034-cats-WP01")
    repo.git("worktree", "add", "--quiet", work.path)
    work.write(".gitattributes", "*.py diff=loud\ncat.py -diff\n")
    work.write("cat.py", "meow = 2\n")
    tip = work.commit()
    assert "+meow = 2" in list(diffs.patch(base, tip))
    assert not (repo.path / "ran").exists()


def test_names_of_any_bytes_are_shown(repo: Repo, diffs: Diffs) -> None:
    base = repo.tip()
    repo.write(os.fsdecode(b"caf\xc3\xa9"), "1\n")
    tip = repo.commit()
    assert diffs.stat(base, tip, 80)[0] == " caf\u00e9 | 1 +"


def test_commits_come_newest_first(repo: Repo, diffs: Diffs) -> None:
    base = repo.tip()
    repo.git("commit", "--quiet", "--allow-empty", "-m", "One")
    one = repo.tip()
    repo.git("commit", "--quiet", "--allow-empty", "-m", "Two\n\nwith a body")
    assert diffs.commits(base, repo.tip()) == ((repo.tip(), "Two"), (one, "One"))
