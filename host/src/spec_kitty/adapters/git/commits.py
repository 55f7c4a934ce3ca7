"""Owns how a commit of code is made: by whom, when, and signed where that asks nobody."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.loose_objects import LooseObjects, is_object_id
from spec_kitty.domain.people import Person
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git

_SIGNING_LIMIT_SECONDS = 15.0

# Text from here on holds what git takes for invalid UTF-8 and writes differently.
_ODD = "\ufdd0"


def person(git: Git) -> Person:
    """Returns who commits here: the git identity of the caller.

    Raises Refusal (ENVIRONMENT_UNSUPPORTED) when none is configured; what git would make up
    from the names of the login and the machine does not count.
    """
    name, email = (_configured(git, field) for field in ("name", "email"))
    if not (_is_plain(name) and _is_plain(email)):
        name, email = _asked(git)
    if not name or not email:
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            "Git does not know who you are. Run "
            "'git config --global user.name \"Your Name\"' and "
            "'git config --global user.email you@example.org', then try again.",
        )
    return Person(name, email)


def _configured(git: Git, field: str) -> str:
    """Returns a part of the author's identity as git would look for it, empty if there is none."""
    said = os.environ.get(f"GIT_AUTHOR_{field.upper()}")
    for key in (f"author.{field}", f"user.{field}"):
        said = git.configuration.value(key) if said is None else said
    return said or ""


def _asked(git: Git) -> tuple[str, str]:
    """Returns name and email as git cleans them, empty if it has none."""
    words = ("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    asked = git.run(*words, ok=(0, 128))
    identity = "" if asked.returncode else os.fsdecode(asked.stdout).rpartition("> ")[0]
    name, _, email = identity.partition(" <")
    return name, email


def _is_plain(name: str) -> bool:
    """Says whether git writes a name down as it is: others it cleans at their ends and inside."""
    ends = name[:1] + name[-1:]
    return ends.isalnum() and name.isprintable() and "<" not in name and ">" not in name


class CommitWriter:
    """Makes commits by one person at one time (seconds since 1970).

    `unsigned_because` says why commits that the configuration wants signed are not.
    """

    def __init__(self, git: Git, who: Person, when: int) -> None:
        self._git = git
        self._objects = LooseObjects(git.common_dir)
        self._who = who
        self._when = when
        self._sign: bool | None = None
        self.unsigned_because: str | None = None

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Makes a commit object and returns its id; no ref moves."""
        words = ["commit-tree", *(word for parent in parents for word in ("-p", parent)), tree]
        text = message.replace("\0", "").encode(errors="replace").rstrip(b"\n") + b"\n"
        env = self._identity()
        signed = self._signed(words, text, env) if self._wants_signature() else None
        if signed:
            return signed
        if self._is_as_said(message, tree, *parents):
            made = self._objects.write("commit", self._content(tree, parents, text))
            self._objects.settle()
            return made
        settings = ("-c", "i18n.commitEncoding=UTF-8")
        return self._git.run(*settings, *words, stdin=text, env=env).stdout.decode().strip()

    def _is_as_said(self, message: str, *oids: str) -> bool:
        """Says whether git would write the commit as it is said, without a change of its own."""
        return (
            _is_plain(self._who.name)
            and _is_plain(self._who.email)
            and max(message, default="") < _ODD
            and all(is_object_id(oid) for oid in oids)
        )

    def _content(self, tree: str, parents: Sequence[str], text: bytes) -> bytes:
        who = f"{self._who.name} <{self._who.email}> {self._when} +0000"
        lines = [f"tree {tree}"]
        lines += [f"parent {parent}" for parent in dict.fromkeys(parents)]
        lines += [f"author {who}", f"committer {who}", "", ""]
        return "\n".join(lines).encode() + text

    def _identity(self) -> dict[str, str]:
        fields = {
            "NAME": self._who.name,
            "EMAIL": self._who.email,
            "DATE": f"@{self._when} +0000",
        }
        return {
            f"GIT_{role}_{field}": value
            for role in ("AUTHOR", "COMMITTER")
            for field, value in fields.items()
        }

    def _wants_signature(self) -> bool:
        if self._sign is None:
            self._sign = self._git.configuration.is_true("commit.gpgsign")
        return self._sign and self.unsigned_because is None

    def _signed(self, words: list[str], text: bytes, env: dict[str, str]) -> str | None:
        from spec_kitty.adapters.git.unattended import run_unattended

        argv = self._git.command("-c", "i18n.commitEncoding=UTF-8", words[0], "-S", *words[1:])
        made = run_unattended(
            argv, {**self._git.online_environment, **env}, text, _SIGNING_LIMIT_SECONDS
        )
        if made.returncode == 0:
            return made.stdout.decode().strip()
        said = made.stderr.decode(errors="replace").strip().splitlines()
        reason = said[0] if said else f"git ended with {made.returncode}"
        self.unsigned_because = (
            f"Signing without a prompt was not possible: {reason.rstrip('.')}. What was committed "
            "is not signed; unlock the key in its agent beforehand if it must be."
        )
        return None
