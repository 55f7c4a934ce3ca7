"""Damages journals the way that hands, disks and other tools do: with git's own plumbing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from journals import REF
from repository import Repo

Edit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Forgery:
    """The journal of one repository, in the hands of somebody who should leave it alone."""

    repo: Repo

    def commits(self) -> list[str]:
        """Returns the journal's commits, oldest first."""
        return self.repo.git("rev-list", "--reverse", "--first-parent", REF).split()

    def content(self, commit: str) -> bytes:
        return self._run("cat-file", "commit", commit)

    def edit(self, number: int, edit: Edit) -> None:
        """Changes the bytes of one commit, and lets the later ones follow the forged one."""
        self.rewrite({number: edit(self.content(self.commits()[number - 1]))})

    def rewrite(self, contents: dict[int, bytes]) -> None:
        """Gives commits, counted from 1, other bytes; parents are corrected unless edited away."""
        commits = self.commits()
        forged: dict[bytes, bytes] = {}
        for number, commit in enumerate(commits, 1):
            content = contents.get(number, self.content(commit))
            for old, new in forged.items():
                content = content.replace(b"parent " + old, b"parent " + new)
            forged[commit.encode()] = self.store("commit", content).encode()
        self.repo.git("update-ref", REF, forged[commits[-1].encode()].decode())

    def store(self, kind: str, content: bytes) -> str:
        """Makes an object, however odd."""
        words = ("hash-object", "-t", kind, "-w", "--literally", "--stdin")
        return self._run(*words, stdin=content).decode().strip()

    def tree_with(self, commit: str, path: str, old: str, new: str) -> str:
        """Returns the tree of a state in which a file of a folder says something else."""
        folder, name = path.split("/")
        text = self._run("cat-file", "blob", f"{commit}:{path}")
        assert old.encode() in text, text
        blob = self.store("blob", text.replace(old.encode(), new.encode()))
        inner = self._replaced(f"{commit}:{folder}", name, blob)
        return self._replaced(f"{commit}^{{tree}}", folder, inner)

    def _replaced(self, tree: str, name: str, oid: str) -> str:
        lines = []
        for line in self.repo.git("ls-tree", tree).splitlines():
            facts, _, held = line.partition("\t")
            mode, kind, known = facts.split()
            lines.append(f"{mode} {kind} {oid if held == name else known}\t{held}")
        return self.repo.git("mktree", stdin="\n".join(lines) + "\n")

    def delete(self, name: str) -> str:
        """Deletes an object with the host's spare of it, as a broken disk does; returns its id."""
        oid = self.repo.git("rev-parse", "--verify", name)
        file = self.repo.path / ".git" / "objects" / oid[:2] / oid[2:]
        file.chmod(0o600)
        file.unlink()
        for spare in (self.repo.path / ".git/spec-kitty/spares").glob(f"*/{oid}"):
            spare.unlink()
        return oid

    def overwrite(self, name: str) -> str:
        """Fills an object's file with rubbish; returns its id."""
        oid = self.repo.git("rev-parse", "--verify", name)
        file = Path(self.repo.path, ".git", "objects", oid[:2], oid[2:])
        file.chmod(0o600)
        file.write_bytes(b"rubbish")
        return oid

    def _run(self, *words: str, stdin: bytes = b"") -> bytes:
        ended = subprocess.run(
            ["git", *words], cwd=self.repo.path, input=stdin, capture_output=True, check=True
        )
        return ended.stdout
