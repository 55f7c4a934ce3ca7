"""Owns how git is called here: for reading, and for throw-away copies.

Whatever the caller's environment and the repository's own settings say, no hook, fsmonitor,
pager or automatic gc runs in it, and nobody is asked for a password. Changes to the repository
are the host's alone.
"""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

# Everything else that starts with GIT_ could point git at another repository.
_PASSED = (
    *("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_EXEC_PATH"),
    *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_NO_VERIFY"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
)
_FIXED = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",
}
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
)
_CHUNK_BYTES = 1 << 16
# The most that a question about the repository is answered with, and takes.
_ASK_SECONDS = 60.0
# A process that was killed is gone after a moment.
_END_SECONDS = 5.0


class GitFailed(OSError):
    """Git could not do what it was asked; the message says what and why."""


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment of a git child."""
    kept = {
        name: value
        for name, value in given.items()
        if not name.startswith("GIT_") or name in _PASSED
    }
    return kept | _FIXED


def ask(*words: str | Path, folder: Path) -> bytes:
    """Returns what git prints, run in a folder. Raises GitFailed."""
    argv = _argv(words)
    try:
        ended = subprocess.run(
            argv,
            cwd=folder,
            env=environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise _not_there(folder) from None
    except subprocess.TimeoutExpired:
        raise _failed(argv, f"it took longer than {_ASK_SECONDS:g} s") from None
    if ended.returncode:
        raise _failed(argv, ended.stderr)
    return ended.stdout


async def run(
    *words: str | Path,
    folder: Path,
    limit_seconds: float,
    most_bytes: int | None = None,
    variables: Mapping[str, str] | None = None,
) -> bytes:
    """Returns what git prints; if that is more than `most_bytes`, one byte more than that.

    `variables` come on top of its environment. Raises GitFailed. When it is cancelled, git ends.
    """
    argv = _argv(words)
    # A file, as no pipe: what a transport leaves running in the background may hold it open.
    with tempfile.TemporaryFile() as errors:
        variables = environment(os.environ) | dict(variables or {})
        child = await _started(argv, folder, variables, errors.fileno())
        try:
            async with asyncio.timeout(limit_seconds):
                printed = await _output(child, most_bytes)
        except TimeoutError:
            raise _failed(argv, f"it took longer than {limit_seconds:g} s") from None
        finally:
            await _end(child)
        if child.returncode and (most_bytes is None or len(printed) <= most_bytes):
            errors.seek(0)
            raise _failed(argv, errors.read())
        return printed


async def _started(
    argv: Sequence[str], folder: Path, variables: Mapping[str, str], errors: int
) -> asyncio.subprocess.Process:
    """Starts git. That is never broken off half way: nobody could end what goes on then."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            cwd=folder,
            env=variables,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except FileNotFoundError:
        raise _not_there(folder) from None
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _output(child: asyncio.subprocess.Process, most_bytes: int | None) -> bytes:
    assert child.stdout is not None
    printed = bytearray()
    while chunk := await child.stdout.read(_CHUNK_BYTES):
        printed += chunk
        if most_bytes is not None and len(printed) > most_bytes:
            return bytes(printed[: most_bytes + 1])
    await child.wait()
    return bytes(printed)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Ends a git that still runs, with the children that it has (filters, transports)."""
    if child.returncode is not None:
        return
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    try:
        await asyncio.shield(asyncio.wait_for(child.wait(), _END_SECONDS))
    except TimeoutError:
        pass


def _argv(words: Sequence[str | Path]) -> list[str]:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return ["git", *settings, *map(str, words)]


def _failed(argv: Sequence[str], said: bytes | str) -> GitFailed:
    words = " ".join(argv[1 + 2 * len(_SETTINGS) :])
    why = os.fsdecode(said).strip().replace("\n", " ") or "it did not say why"
    return GitFailed(f"git {words} failed: {why[-1000:]}")


def _not_there(folder: Path) -> GitFailed:
    if not folder.is_dir():
        return GitFailed(f"There is no folder {folder}.")
    return GitFailed("There is no 'git' on the PATH. Install git 2.38 or later.")
