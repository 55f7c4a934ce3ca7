"""Owns how git is called: which environment, which configuration, which git dir.

Every git child of the host is started here. Whatever the repository, the user's configuration
or a workspace says, no hook, fsmonitor, automatic gc or untrusted filter driver runs in it, no
`git replace` ref changes what it reads, it speaks to no remote unless that is its purpose or the
clone is a partial one, and it asks nobody for a password on the terminal.
The facts behind each setting are in docs/explanation/git.md.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git import processes
from spec_kitty.application.machine import MACHINE_ERRORS, MachineStopped
from spec_kitty.application.ports import ObjectsVanished
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.git.configuration import Configuration, ConfigurationReader
    from spec_kitty.adapters.git.location import Location

MINIMUM_GIT = (2, 38)

# Variables of the caller that may reach git; everything else that starts with GIT_ could point
# it at another repository, index or object store.
_TRANSPORTS = "GIT_ALLOW_PROTOCOL"
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
    # No transport: for an object that is not there git would run what a remote's settings name.
    _TRANSPORTS: "",
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
    "log.showSignature=false",
    "gc.auto=0",
    "maintenance.auto=false",
)

_CONFIGURATION_ARGUMENTS = tuple(
    argument for setting in _FIXED_CONFIGURATION for argument in ("-c", setting)
)


_DIED = 128
# What git says when a write failed, without the system's reason.
_UNEXPLAINED = (
    "couldn't write '",
    "couldn't set '",
    "unable to create directory",
    "unable to write",
    "failed to write",
    "could not write",
    "died of signal",
    "write error",
)


class GitFailed(RuntimeError):
    """Reports a git command that ended with a status its caller did not expect."""

    def __init__(self, argv: tuple[str | bytes, ...], outcome: processes.Completed) -> None:
        said = outcome.stderr.decode(errors="replace").strip()
        words = " ".join(os.fsdecode(word) for word in argv)
        super().__init__(f"git {words} ended with {outcome.returncode}: {said}")
        self.outcome = outcome
        self.said = said


class GitStopped(GitFailed, MachineStopped):
    """Reports a git command that the disk or a limit refused a step, or that was killed."""


class GitLacksObjects(GitFailed, ObjectsVanished):
    """Reports a git command that did not find an object, or could not store one."""

    def __str__(self) -> str:
        return self.said


def failure(argv: tuple[str | bytes, ...], outcome: processes.Completed) -> GitFailed:
    """Returns the error that says why a command ended as it did."""
    said = outcome.stderr.decode(errors="replace")
    stopped = any(reason in said for reason in map(os.strerror, MACHINE_ERRORS))
    if outcome.returncode >= 0 and not stopped and _lacks_objects(said):
        return GitLacksObjects(argv, outcome)
    # A git that dies without a word was told to be quiet about its locks.
    stopped = stopped or (outcome.returncode >= _DIED and not said.strip())
    if outcome.returncode < 0 or stopped or any(reason in said.lower() for reason in _UNEXPLAINED):
        return GitStopped(argv, outcome)
    return GitFailed(argv, outcome)


def _lacks_objects(said: str) -> bool:
    """Says whether git names an object that is gone, or could not put one where its folder was."""
    import re

    named = r"(nonexistent|invalid|bad|missing|not a valid|unable to|could not|failed to|cannot)"
    oid = r"\b([0-9a-f]{40}|[0-9a-f]{64})\b"
    other = f"{oid} is not a valid object|not a tree object|not something we can merge"
    gone = r"unable to (create temporary|.*[/\\]objects[/\\]).*: No such file or directory"
    known = f"{named}.*{oid}|{other}|bad object refs/|{gone}"
    return re.search(known, said, re.IGNORECASE) is not None


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


class Git:
    """Runs git on one repository, always with an explicit git dir."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self.common_dir = location.common_dir
        self._env = environment()
        self.known_store = self.store_mark()
        self._is_partial = _may_be_partial(location.common_dir)
        self._reader: ConfigurationReader | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """Returns the environment of a git child that works on this repository."""
        return self.online_environment if self._fetches else self._env

    @property
    def _fetches(self) -> bool:
        """Whether git may fetch what is missing: in a partial clone it has to."""
        if not self._is_partial:
            return False
        from spec_kitty.adapters.git.programs import fetches_safely

        return fetches_safely(self.configuration)

    @property
    def online_environment(self) -> Mapping[str, str]:
        """Returns the environment of one that may speak to remotes, by trusted programs alone."""
        from spec_kitty.adapters.git.filters import trusted_filters

        kept = {name: value for name, value in self._env.items() if name != _TRANSPORTS}
        return {**kept, **trusted_filters(self.configuration).environment}

    def store_mark(self) -> tuple[int, ...]:
        """Returns what differs after a gc or repack, and while one is at work."""
        marks = []
        for name in (os.path.join("objects", "info"), "gc.pid"):
            try:
                marks.append(os.stat(os.path.join(self.common_dir, name)).st_mtime_ns)
            except FileNotFoundError:
                marks.append(0)
        return tuple(marks)

    @property
    def configuration(self) -> Configuration:
        """Returns what git's configuration says now."""
        if self._reader is None:
            from spec_kitty.adapters.git.configuration import LIST, ConfigurationReader

            command = self.command(*LIST)
            self._reader = ConfigurationReader(
                self.common_dir, lambda: self._completed(LIST, command, self._env).stdout
            )
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
        command = self.command(*words, git_dir=git_dir)
        variables = {**self.environment, **env} if env else self.environment
        return self._completed(words, command, variables, stdin, ok, inherited_fd)

    def _completed(
        self,
        words: tuple[str | bytes, ...],
        command: list[str | bytes],
        env: Mapping[str, str],
        stdin: bytes = b"",
        ok: tuple[int, ...] = (0,),
        inherited_fd: int | None = None,
    ) -> processes.Completed:
        try:
            outcome = processes.run(command, env, stdin, inherited_fd)
        except FileNotFoundError:
            raise no_git() from None
        if outcome.returncode not in ok:
            _require_usable(outcome)
            raise failure(words, outcome)
        return outcome

    def line(self, *words: str | bytes, stdin: bytes = b"") -> str:
        """Returns the one line that a command prints."""
        return self.run(*words, stdin=stdin).stdout.decode(errors="surrogateescape").strip()


def _may_be_partial(common_dir: str) -> bool:
    """Says whether git might fetch objects when they are asked for, as far as is plain to see."""
    for name in ("config", "config.worktree"):
        try:
            with open(os.path.join(common_dir, name), "rb") as file:
                text = file.read().lower()
        except OSError:
            continue
        if b"promisor" in text or b"partialclone" in text or b"include" in text:
            return True
    return False


def _require_usable(outcome: processes.Completed) -> None:
    """Refuses where git ended for what only a person can put right: settings, a missing remote."""
    said = outcome.stderr.decode(errors="replace").strip()
    if "bad config" in said or "bad numeric config" in said or "bad boolean config" in said:
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"Git cannot work here because of its configuration: {said}. Correct that, then try "
            "again.",
        )
    if "from promisor remote" in said:
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            "This is a partial clone, and its remote did not give an object that is needed: "
            f"{said}. Make the remote reachable, then try again.",
        )


def no_git() -> Refusal:
    return Refusal(
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        "There is no 'git' on the PATH. Install git 2.38 or later.",
    )
