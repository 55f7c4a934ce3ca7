import subprocess
from pathlib import Path

from repository import Repo
from spec_kitty.adapters.comparing.forged import forged
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


def test_commits_that_git_made_are_sound(repo: Repo) -> None:
    base = repo.tip()
    repo.write("src/a.txt", "a\n")
    repo.commit()
    repo.write("src/b.txt", "b\n")
    assert forged(git_of(repo), repo.commit(), (base,)) is None


def test_nothing_new_is_sound(repo: Repo) -> None:
    assert forged(git_of(repo), repo.tip(), (repo.tip(),)) is None


def test_what_is_wrong_is_told_in_the_words_of_git_and_nothing_of_it_stays(repo: Repo) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin="x")
    raw = b"100644 ..\0" + bytes.fromhex(blob)
    tree = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=repo.path,
        input=raw,
        capture_output=True,
        check=True,
    ).stdout.decode()
    commit = repo.git("commit-tree", tree.strip(), "-p", "HEAD", "-m", "Forge")
    found = forged(git_of(repo), commit, (repo.tip(),))
    assert found is not None
    assert "hasDotdot: contains '..'" in found
    assert not list((repo.path / ".git/objects/pack").glob("*.pack"))


def test_what_was_there_before_is_not_judged(repo: Repo) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin="x")
    tree = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=repo.path,
        input=b"100644 ..\0" + bytes.fromhex(blob),
        capture_output=True,
        check=True,
    ).stdout.decode()
    old = repo.git("commit-tree", tree.strip(), "-p", "HEAD", "-m", "Long ago")
    new = repo.git("commit-tree", "HEAD^{tree}", "-p", old, "-m", "Now")
    assert forged(git_of(repo), new, (old,)) is None


def test_a_partial_clone_need_not_have_what_the_work_keeps(repo: Repo, tmp_path: Path) -> None:
    repo.write("kept.txt", "kept\n")
    repo.commit()
    repo.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{repo.path}"
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", url, clone)
    base = Repo(clone).tip()
    new = Repo(clone).git("hash-object", "-w", "--stdin", stdin="new\n")
    listed = Repo(clone).git("ls-tree", "HEAD")
    more = f"{listed}\n100644 blob {new}\tnew.txt\n"
    tree = Repo(clone).git("mktree", "--missing", stdin=more)
    commit = Repo(clone).git("commit-tree", tree, "-p", base, "-m", "Work")
    assert forged(git_of(Repo(clone)), commit, (base,)) is None


def test_a_repository_with_sha256_is_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "sha256"
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.write("a.txt", "a\n")
    base = repo.commit()
    repo.write("b.txt", "b\n")
    assert forged(git_of(repo), repo.commit(), (base,)) is None
