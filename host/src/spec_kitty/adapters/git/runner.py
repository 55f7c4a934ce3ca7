"""Owns how git is called: which environment, which configuration, which git dir.

Every git child of the host is started here. Whatever the repository, the user's configuration
or a workspace says, no hook, fsmonitor, automatic gc or untrusted filter driver runs in it, no
`git replace` ref changes what it reads, and it asks nobody for a password on the terminal.
The facts behind each setting are in docs/explanation/git.md.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git import processes
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.git.configuration import Configuration, ConfigurationReader

MINIMUM_GIT = (2, 38)

# Variables of the caller that may reach git; everything else that starts with GIT_ could point
# it at another repository, index or object store.
_PASSED_VARIABLES = frozenset(
    {
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_NO_VERIFY",
        "GIT_ASKPASS",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_EXEC_PATH",
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    }
)

_FIXED_VARIABLES = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

_FIXED_CONFIGURATION = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.safecrlf=false",
    "core.attributesFile=/dev/null",
    "core.fsync=committed",
    "merge.conflictStyle=merge",
    "merge.directoryRenames=conflict",
    "diff.ignoreSubmodules=all",
    "gc.auto=0",
    "maintenance.auto=false",
)

_CONFIGURATION_ARGUMENTS = tuple(
    argument for setting in _FIXED_CONFIGURATION for argument in ("-c", setting)
)


class GitFailed(Exception):
    """Reports a git command that ended with a status its caller did not expect."""

    def __init__(self, argv: tuple[str | bytes, ...], outcome: processes.Completed) -> None:
        said = outcome.stderr.decode(errors="replace").strip()
        words = " ".join(os.fsdecode(word) for word in argv)
        super().__init__(f"git {words} ended with {outcome.returncode}: {said}")
        self.outcome = outcome
        self.said = said


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Returns the environment for a git child: the caller's, less what could redirect git."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _PASSED_VARIABLES
    }
    kept.update(_FIXED_VARIABLES)
    if extra:
        kept.update(extra)
    return kept


class Location(Record):
    """Says where a repository lies; all paths are absolute.

    `common_dir` holds objects and refs, `checkout` is the main working tree (None if bare).
    """

    common_dir: str
    checkout: str | None


def locate(start: str) -> Location:
    """Finds the repository around a folder, from inside a linked worktree too.

    Raises Refusal (NOT_A_PROJECT) when there is none.
    """
    folder = os.path.realpath(start)
    while True:
        entry = os.path.join(folder, ".git")
        if _is_git_dir(entry):
            return Location(entry, folder)
        if os.path.isfile(entry):
            return _follow(entry, folder)
        if _is_git_dir(folder):
            if os.path.basename(folder) == ".git":
                return Location(folder, os.path.dirname(folder))
            return Location(folder, None)
        parent = os.path.dirname(folder)
        if parent == folder:
            raise Refusal(
                ErrorCode.NOT_A_PROJECT,
                f"There is no git repository around {start}. "
                "Change to the folder of your project, or make one with 'git init'.",
            )
        folder = parent


def _is_git_dir(folder: str) -> bool:
    """Says whether a folder is one as git sees it; an empty `.git` is passed over."""
    return all(os.path.exists(os.path.join(folder, part)) for part in ("HEAD", "objects", "refs"))


def _follow(entry: str, folder: str) -> Location:
    """Follows the `.git` file of a linked worktree or a submodule to the common git dir."""
    with open(entry, encoding="utf-8", errors="surrogateescape") as file:
        pointer = file.read(8192).removeprefix("gitdir:").strip()
    git_dir = os.path.normpath(os.path.join(folder, pointer))
    try:
        with open(
            os.path.join(git_dir, "commondir"), encoding="utf-8", errors="surrogateescape"
        ) as file:
            common_dir = os.path.realpath(os.path.join(git_dir, file.read(8192).strip()))
    except FileNotFoundError:
        return Location(os.path.realpath(git_dir), folder)
    if os.path.basename(common_dir) == ".git":
        return Location(common_dir, os.path.dirname(common_dir))
    return Location(common_dir, None)


class Git:
    """Runs git on one repository, always with an explicit git dir."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self.common_dir = location.common_dir
        self._env = environment()
        self._reader: ConfigurationReader | None = None

    @property
    def configuration(self) -> Configuration:
        """Returns what git's configuration says now."""
        if self._reader is None:
            from spec_kitty.adapters.git.configuration import LIST, ConfigurationReader

            self._reader = ConfigurationReader(self.common_dir, lambda: self.run(*LIST).stdout)
        return self._reader.read()

    def command(self, *words: str | bytes, git_dir: str | None = None) -> list[str | bytes]:
        """Returns the argument list that `run` would start, for callers that spawn themselves."""
        return [
            "git",
            *_CONFIGURATION_ARGUMENTS,
            f"--git-dir={git_dir or self.common_dir}",
            *words,
        ]

    def run(
        self,
        *words: str | bytes,
        stdin: bytes = b"",
        ok: tuple[int, ...] = (0,),
        git_dir: str | None = None,
        env: Mapping[str, str] | None = None,
        inherited_fd: int | None = None,
    ) -> processes.Completed:
        """Runs one git command. `words` may start with options such as `-C`, `-c`, `--work-tree`.

        Raises GitFailed when the exit status is not one of `ok`, and Refusal
        (ENVIRONMENT_UNSUPPORTED) when there is no git at all.
        """
        try:
            outcome = processes.run(
                self.command(*words, git_dir=git_dir),
                {**self._env, **env} if env else self._env,
                stdin,
                inherited_fd,
            )
        except FileNotFoundError:
            raise no_git() from None
        if outcome.returncode not in ok:
            raise GitFailed(words, outcome)
        return outcome

    def line(self, *words: str | bytes, stdin: bytes = b"") -> str:
        """Returns the one line that a command prints."""
        return self.run(*words, stdin=stdin).stdout.decode(errors="surrogateescape").strip()


def no_git() -> Refusal:
    return Refusal(
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        "There is no 'git' on the PATH. Install git 2.38 or later.",
    )
