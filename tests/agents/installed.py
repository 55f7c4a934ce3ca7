"""Installs the agents that tests drive, each at its pinned version, into a cache folder.

An installation is made beside its final place and moved there when its program has told its
version, so one that was interrupted is never taken for a whole one. Nothing that a package brings
is run while it is installed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# What npm says when nobody answers that it trusts, in contrast to an answer that is a no.
_UNREACHABLE = re.compile(
    "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH"
    "|ERR_SOCKET_TIMEOUT|ENOTCACHED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_"
)
_NPM_WORDS = (
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--no-package-lock",
    "--ignore-scripts",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--loglevel=error",
)


@dataclass(frozen=True, slots=True)
class Package:
    """Is an agent at npm; its program is the one file that matches the pattern.

    One with `is_alone` would bring a copy of another agent that is installed by itself here.
    """

    title: str
    name: str
    version: str
    program: str
    is_alone: bool = False

    @property
    def folder(self) -> str:
        return f"{self.name.replace('/', '_').lstrip('@')}@{self.version}"


CLAUDE_CODE = Package(
    "Claude Code",
    "@anthropic-ai/claude-code",
    "2.1.330",
    "node_modules/@anthropic-ai/claude-code-*/claude",
)
CODEX = Package(
    "Codex",
    "@openai/codex",
    "0.169.0",
    "node_modules/@openai/codex-*/vendor/*/bin/codex",
)
# The newest that runs on node 20. It drives the Claude Code above.
CLAUDE_AGENT_ACP = Package(
    "ACP",
    "@agentclientprotocol/claude-agent-acp",
    "0.49.0",
    "node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js",
    is_alone=True,
)

PACKAGES = (CLAUDE_CODE, CODEX, CLAUDE_AGENT_ACP)


class NotInstalledError(Exception):
    """The agent is not in the cache, or cannot be brought there."""


class NpmUnreachableError(NotInstalledError):
    """There is no npm here, or it reaches nobody."""


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Returns where agents are kept, as the variables say."""
    if own := environment.get("SPEC_KITTY_AGENTS_CACHE"):
        return Path(own).absolute()
    caches = environment.get("XDG_CACHE_HOME") or Path(environment["HOME"], ".cache")
    return Path(caches, "spec-kitty", "agents").absolute()


def program(package: Package, cache: Path) -> Path:
    """Returns the installed program; raises NotInstalledError."""
    found = sorted((cache / package.folder).glob(package.program))
    if len(found) != 1:
        raise NotInstalledError(f"{package.name} is not in {cache}. Run: make test-agents")
    return found[0]


def install(package: Package, cache: Path) -> Path:
    """Installs the agent unless it is there, and returns its program."""
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache):
        if not (cache / package.folder).exists():
            _install_anew(package, cache)
    return program(package, cache)


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_anew(package: Package, cache: Path) -> None:
    for interrupted in cache.glob("partial-*"):
        shutil.rmtree(interrupted)
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=cache))
    try:
        _fetch(package, partial)
        _check(package, partial)
        partial.rename(cache / package.folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _fetch(package: Package, folder: Path) -> None:
    words = ["npm", "install", f"--prefix={folder}", *_NPM_WORDS]
    words += ["--omit=optional"] if package.is_alone else []
    try:
        ended = _run([*words, f"{package.name}@{package.version}"], timeout_seconds=900)
    except FileNotFoundError as error:
        raise NpmUnreachableError("There is no npm here. Install node 20 or later.") from error
    except subprocess.TimeoutExpired as error:
        raise NpmUnreachableError("npm did not end within 15 minutes. Run it again.") from error
    if ended.returncode:
        kind = NpmUnreachableError if _UNREACHABLE.search(ended.stdout) else NotInstalledError
        raise kind(f"npm cannot install {package.name}@{package.version}:\n{ended.stdout}")


def _check(package: Package, folder: Path) -> None:
    found = sorted(folder.glob(package.program))
    if len(found) != 1:
        raise NotInstalledError(f"{package.name} brings {len(found)} programs for this machine.")
    ended = _run([str(found[0]), "--version"], timeout_seconds=60)
    # One that has no such switch starts, and ends as nobody speaks to it.
    if ended.returncode or not (package.is_alone or package.version in ended.stdout):
        raise NotInstalledError(f"{found[0]} does not run: {ended.stdout}")


def _run(words: list[str], timeout_seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


def main() -> int:
    """Installs all agents; ends with 0, 1 if that fails, 69 if npm cannot be reached."""
    cache = cache_folder(os.environ)
    try:
        for package in PACKAGES:
            print(f"{package.title}: {install(package, cache)}")
    except NpmUnreachableError as error:
        titles = ", ".join(package.title for package in PACKAGES)
        print(f"SKIPPED: npm cannot be reached, so not tested: {titles}.\n{error}", file=sys.stderr)
        return os.EX_UNAVAILABLE
    except NotInstalledError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
