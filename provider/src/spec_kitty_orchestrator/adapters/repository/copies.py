"""Owns the throw-away copies that reviewers work in.

A copy is a repository of its own that borrows objects: it has no remote, no branch and no hook,
so nothing that is committed, pushed or collected in it reaches the repository. It is laid out by
hand, because one git that fills the working tree is all that it then takes. Its settings are the
machine's and the person's; those of the repository, which agents can write, do not count.
"""

import asyncio
import os
import shutil
from pathlib import Path

from spec_kitty_orchestrator.adapters.repository.git import GitFailed, ask, run
from spec_kitty_orchestrator.adapters.repository.removal import remove_tree
from spec_kitty_orchestrator.domain.prompts import Diff
from spec_kitty_orchestrator.ports import Copies

# A reviewer gets so much of a diff; the rest it can read in the copy.
MAX_DIFF_BYTES = 60_000
# So many files are in the summary at most.
MAX_STAT_FILES = 200

# A checkout may fetch what a partial clone has not, and run large-file storage.
_MAKE_SECONDS = 1800.0
_DIFF_SECONDS = 300.0

_COMPARE = (
    *("-c", "core.quotePath=false", "diff-tree", "-r", "--find-renames", "--no-ext-diff"),
    *("--no-textconv", "--no-color", "--submodule=short", "--ignore-submodules=none"),
    *(f"--stat=100,80,{MAX_STAT_FILES}", "-p"),
)

_SHA256_DIGITS = 64


class GitCopies(Copies):
    """Makes copies of commits of one repository, each in a folder of its own."""

    def __init__(self, common_dir: Path, folder: Path) -> None:
        self._common_dir = common_dir
        self._folder = folder

    async def make(self, workspace: Path, head: str, name: str) -> Path:
        """Returns a new copy of a commit. Raises OSError, and then there is no copy."""
        copy = self._folder / name
        made = False
        try:
            await asyncio.to_thread(remove_tree, copy)
            self._lay_out(copy, head)
            await self._fill(copy, head)
            made = True
        except GitFailed as problem:
            raise GitFailed(f"The work in {workspace} could not be copied: {problem}") from None
        finally:
            if not made:
                await asyncio.shield(self.discard(copy))
        return copy

    async def diff(self, copy: Path, base: str, head: str) -> Diff:
        """Returns what differs. Raises OSError.

        Git finds no attributes, neither in the folder that it runs in nor in an index: the work
        that is judged cannot hide a change by its own.
        """
        git_dir = copy / ".git"
        printed = await run(
            *("--git-dir", git_dir, *_COMPARE, base, head, "--"),
            folder=git_dir / "info",
            limit_seconds=_DIFF_SECONDS,
            most_bytes=MAX_DIFF_BYTES,
            variables={"GIT_INDEX_FILE": str(git_dir / "no-index")},
        )
        is_whole = len(printed) <= MAX_DIFF_BYTES
        if not is_whole:
            printed = printed[: printed.rfind(b"\n") + 1]
        stat, _, text = printed.partition(b"\n\n")
        return Diff(base, head, _readable(stat), _readable(text), is_whole)

    async def discard(self, copy: Path) -> None:
        """Removes a copy; what stands in the way of that is left for the end of the run."""
        try:
            await asyncio.to_thread(remove_tree, copy)
        except OSError:
            pass

    async def _fill(self, copy: Path, head: str) -> None:
        await run(
            *("--git-dir", copy / ".git", "--work-tree", copy),
            *("read-tree", "--reset", "-u", head),
            folder=copy,
            limit_seconds=_MAKE_SECONDS,
        )

    def _lay_out(self, copy: Path, head: str) -> None:
        """Writes the git dir of a copy: a detached HEAD, and where its objects are."""
        git_dir = copy / ".git"
        for part in ("objects/info", "objects/pack", "refs/heads", "info"):
            (git_dir / part).mkdir(parents=True)
        objects = os.fsencode(self._common_dir / "objects")
        (git_dir / "objects/info/alternates").write_bytes(objects + b"\n")
        (git_dir / "HEAD").write_text(f"{head}\n")
        (git_dir / "config").write_text(self._configuration(len(head) == _SHA256_DIGITS))
        shallow = self._common_dir / "shallow"
        if shallow.exists():
            shutil.copyfile(shallow, git_dir / "shallow")

    def _configuration(self, is_sha256: bool) -> str:
        lines = ["[core]", "repositoryFormatVersion = 1", "bare = false"]
        lines += ["[gc]", "auto = 0", "[extensions]"]
        lines += ["objectFormat = sha256"] if is_sha256 else []
        return "\n".join([*lines, *self._promise(), ""])

    def _promise(self) -> list[str]:
        """Returns where a partial clone gets the objects that it has not; nothing is pushed."""
        if b"promisor" not in (self._common_dir / "config").read_bytes():
            return []
        asked = ("config", "--file", "config", "-z", "--get-regexp")
        settings = ask(*asked, r"^remote\..*\.(promisor|url)$", folder=self._common_dir)
        pairs = [line.partition("\n") for line in os.fsdecode(settings).split("\0")]
        values = {key: value for key, _, value in pairs}
        lines: list[str] = []
        for key in values:
            remote = key.removeprefix("remote.").removesuffix(".promisor")
            url = values.get(f"remote.{remote}.url", "")
            if key.endswith(".promisor") and url and not lines:
                quoted = url.replace("\\", "\\\\").replace('"', '\\"')
                lines += ["partialClone = promised", '[remote "promised"]', f'url = "{quoted}"']
                lines += ["promisor = true", "pushUrl = /dev/null"]
        return lines


def _readable(printed: bytes) -> str:
    """Returns text that any program takes, with what is no UTF-8 written out."""
    return printed.decode(errors="backslashreplace").replace("\0", "\\x00")
