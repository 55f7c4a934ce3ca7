"""Makes git objects that git itself would not make, as anybody can who may write objects."""

from __future__ import annotations

import os
import subprocess

from repository import Repo

Entry = tuple[str, str, str]

SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"


def crafted(repo: Repo, kind: str, content: bytes) -> str:
    """Writes an object without a check and returns its id."""
    made = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        cwd=repo.path,
        input=content,
        capture_output=True,
        check=True,
    )
    return made.stdout.decode().strip()


def crafted_tree(repo: Repo, *entries: Entry) -> str:
    """Writes a tree of mode, name and object, in the order in which they are given."""
    lines = (
        mode.encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(oid)
        for mode, name, oid in entries
    )
    return crafted(repo, "tree", b"".join(lines))


def tree_with(repo: Repo, commit: str, *entries: Entry) -> str:
    """Writes the tree of a commit with more entries, sorted as git sorts them."""
    listed = repo.git("ls-tree", commit).splitlines()
    held = [_entry(line) for line in listed]
    return crafted_tree(repo, *sorted([*held, *entries], key=_place))


def crafted_commit(repo: Repo, tree: str, parent: str, more: str = "") -> str:
    """Writes a commit on top of a branch; `more` are further lines of its header."""
    who = "Mallory <m@example.org> 1 +0000"
    head = f"tree {tree}\nparent {repo.tip(parent)}\nauthor {who}\ncommitter {who}\n{more}"
    return crafted(repo, "commit", f"{head}\nDo some work\n".encode())


def signed_commit(repo: Repo) -> str:
    """Writes a commit with a signature that only a program can judge."""
    return crafted_commit(repo, repo.git("rev-parse", "main^{tree}"), "main", SIGNATURE)


def blob(repo: Repo, text: str) -> str:
    return repo.git("hash-object", "-w", "--stdin", stdin=text)


def _entry(line: str) -> Entry:
    facts, _, name = line.partition("\t")
    mode, _, oid = facts.split(" ")
    return mode.removeprefix("0"), name, oid


def _place(entry: Entry) -> bytes:
    mode, name, _ = entry
    return os.fsencode(name + "/" if mode == "40000" else name)
