"""Owns whether commits that others made are ones that git itself would make.

An agent can write any object: a tree with `.git/hooks` or `..` in it, with the same name twice,
a commit whose parts are missing. Git keeps such an object and may stumble over it much later, in
other people's clones. So what is new is packed and taken in anew, as from a stranger, where
it goes away again. Contents of files are not looked at, and not read.
"""

from __future__ import annotations

from spec_kitty.adapters.integration.sealed import BorrowedSettings, SealedRepository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git

_PACK = ("pack-objects", "-q", "--revs", "--stdout", "--thin", "--filter=blob:none")
_TAKE_IN = ("index-pack", "--stdin", "--fix-thin")


def forged(git: Git, tip: str, known: Sequence[str]) -> str | None:
    """Returns what git says is wrong with what `tip` has and the `known` commits have not."""
    settings = BorrowedSettings(git)
    # What a partial clone lacks cannot be asked for by this command, so it is not looked for.
    how = "--fsck-objects" if settings.is_partial else "--strict"
    with SealedRepository(git, settings) as sealed:
        packed = sealed.run(*_PACK, stdin=_asked(tip, known), ok=(0, 128))
        if packed.returncode:
            # What was submitted before, and amended away since, may be gone.
            there = sealed.run("rev-list", "--no-walk", "--ignore-missing", *known).stdout
            packed = sealed.run(*_PACK, stdin=_asked(tip, there.decode().split()), ok=(0, 128))
        if packed.returncode:
            return _reason(packed.stderr)
        taken = sealed.try_out(*_TAKE_IN, how, stdin=packed.stdout, ok=(0, 1, 128))
        return _reason(taken.stderr) if taken.returncode else None


def _asked(tip: str, known: Sequence[str]) -> bytes:
    return "".join([f"{tip}\n", *(f"^{commit}\n" for commit in known)]).encode()


def _reason(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines() or ["it did not say why"]
    return lines[0].removeprefix("error: ").removeprefix("fatal: ")
