from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.commits import CommitWriter, person
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.domain.people import Person
from spec_kitty.domain.refusals import ErrorCode, Refusal

ALICE = Person("Alice Example", "alice@example.org")
WHEN = 1_700_000_000


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


def writer(repo: Repo) -> CommitWriter:
    return CommitWriter(git_of(repo), ALICE, WHEN)


def test_a_commit_says_who_made_it_when_and_from_what(repo: Repo) -> None:
    tree, parent = repo.git("rev-parse", "HEAD^{tree}"), repo.tip()

    made = writer(repo).commit(tree, [parent], "Add cats\n\nCo-authored-by: codex <c@x>\n\n")

    who = f"Alice Example <alice@example.org> {WHEN} +0000"
    assert repo.git("cat-file", "commit", made) == (
        f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n"
        "Add cats\n\nCo-authored-by: codex <c@x>"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Alice Example",
        "Zoë Ångström-O'Neil 3rd",
        "王小明",
        "Martin Luther King, Jr.",
        " 'Alice' ",
        "Alice <x> Example",
        "Alice\nExample",
        "a",
        "_",
        os.fsdecode(b"Andr\xe9"),
        "Cat \U0001f408",
    ],
)
@pytest.mark.parametrize(
    "message", ["Add cats", "\n\nLate\n\n\n", "Kätzchen \U0001f408", "\ufdd0", ""]
)
def test_a_commit_is_the_very_one_that_git_makes(repo: Repo, name: str, message: str) -> None:
    tree, parent = repo.git("rev-parse", "HEAD^{tree}"), repo.tip()
    commits = CommitWriter(git_of(repo), Person(name, "alice@example.org"), WHEN)
    fields = {"NAME": name, "EMAIL": "alice@example.org", "DATE": f"@{WHEN} +0000"}
    roles = ("AUTHOR", "COMMITTER")
    env = {f"GIT_{role}_{key}": said for role in roles for key, said in fields.items()}
    words = ["git", "commit-tree", "-p", parent, "-p", parent, tree]
    text = message.rstrip("\n").encode() + b"\n"

    ended = subprocess.run(
        words, cwd=repo.path, input=text, env={**os.environ, **env}, capture_output=True, check=True
    )

    assert commits.commit(tree, [parent, parent], message) == ended.stdout.decode().strip()


def test_settings_and_zero_bytes_do_not_spoil_a_message(repo: Repo) -> None:
    repo.git("config", "i18n.commitEncoding", "latin1")

    made = writer(repo).commit(repo.git("rev-parse", "HEAD^{tree}"), [], "Kätzchen\0")

    assert repo.git("cat-file", "commit", made).partition("\n\n")[2] == "Kätzchen"
    assert "encoding" not in repo.git("cat-file", "commit", made)


def test_the_person_is_the_git_identity_of_the_caller(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert person(git_of(repo)) == ALICE

    repo.git("config", "user.name", "Bob > Example")
    assert person(git_of(repo)).email == "alice@example.org"

    monkeypatch.setenv("GIT_AUTHOR_NAME", "Carol")
    assert person(git_of(repo)) == Person("Carol", "alice@example.org")


def test_the_authors_own_settings_come_before_the_users(repo: Repo) -> None:
    repo.git("config", "author.name", "Dora")
    repo.git("config", "author.email", "dora@example.org")

    assert person(git_of(repo)) == Person("Dora", "dora@example.org")


def test_a_name_that_git_would_clean_is_cleaned(repo: Repo) -> None:
    repo.git("config", "user.name", " 'Bob' <x>")

    assert person(git_of(repo)) == Person("Bob' x", "alice@example.org")


def test_without_an_identity_both_settings_are_asked_for(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    with pytest.raises(Refusal, match=r"config --global user\.name .*user\.email") as refused:
        person(git_of(repo))

    assert refused.value.code is ErrorCode.ENVIRONMENT_UNSUPPORTED


def test_a_commit_is_signed_where_that_asks_nobody(repo: Repo, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    _sign_with(repo, key)
    commits = writer(repo)

    made = commits.commit(repo.git("rev-parse", "HEAD^{tree}"), [], "Signed")

    assert "-----BEGIN SSH SIGNATURE-----" in repo.git("cat-file", "commit", made)
    assert commits.unsigned_because is None


def test_a_key_that_needs_its_pass_phrase_leaves_the_commit_unsigned_and_says_so(
    repo: Repo, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key], check=True)
    _sign_with(repo, key)
    commits = writer(repo)

    made = commits.commit(repo.git("rev-parse", "HEAD^{tree}"), [], "Not signed")

    assert "SIGNATURE" not in repo.git("cat-file", "commit", made)
    assert str(commits.unsigned_because).startswith("Signing without a prompt was not possible: ")


def _sign_with(repo: Repo, key: Path) -> None:
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", key)
