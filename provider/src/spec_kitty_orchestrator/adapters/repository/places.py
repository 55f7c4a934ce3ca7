"""Owns where things lie: the repository, the runs, what agents get outside of it.

Reviewers' copies and agents' homes lie outside the repository: agents treat paths with `.git` in
them in ways of their own, and one refuses a home under the folder for temporary files.
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spec_kitty_orchestrator import PROGRAM
from spec_kitty_orchestrator.adapters.repository.git import GitFailed, ask
from spec_kitty_orchestrator.domain.settings.keys import SETTINGS_PATH, SettingsProblem
from spec_kitty_orchestrator.ports import Unusable

# A settings file or a prompt that is longer than this is a mistake.
_MOST_BYTES = 256 << 10

# Where the host makes its workspaces, in the main checkout.
_WORKSPACES = ".worktrees"


class NotARepository(Unusable):
    """There is no git repository around the folder; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """Knows the places of one repository; `checkout` is its main working tree, None if bare."""

    common_dir: Path
    checkout: Path | None
    cache: Path

    @property
    def locks(self) -> Path:
        return self.common_dir / PROGRAM

    @property
    def runs(self) -> Path:
        return self.common_dir / PROGRAM / "runs"

    def outside(self, run_id: str) -> Path:
        """Returns the folder of a run outside the repository, for copies and homes."""
        mark = hashlib.sha256(os.fsencode(self.common_dir)).hexdigest()[:16]
        return self.cache / PROGRAM / mark / run_id

    def copies(self, run_id: str) -> Path:
        return self.outside(run_id) / "copies"

    def read(self, path: str) -> bytes | None:
        """Returns a file of the main checkout; of a bare repository, the one committed at HEAD.

        None if there is no such file. Raises OSError.
        """
        if self.checkout is None:
            return self._committed(path)
        try:
            with (self.checkout / path).open("rb") as file:
                return _bounded(file.read(_MOST_BYTES + 1), path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _committed(self, path: str) -> bytes | None:
        listed = ask("--git-dir", self.common_dir, "ls-tree", "HEAD", path, folder=self.common_dir)
        if not listed:
            return None
        name = f"HEAD:{path}"
        return _bounded(
            ask("--git-dir", self.common_dir, "cat-file", "blob", name, folder=self.common_dir),
            path,
        )


def find_places(folder: Path, given: Mapping[str, str]) -> Places:
    """Finds the repository around a folder, inside a workspace too; `given` is the environment.

    The `.git` of a workspace is an agent's: it is not followed where the place of the workspace
    says whose it is. Raises NotARepository.
    """
    workspace = _workspace_around(folder)
    if workspace is not None:
        found = _places(workspace.parent.parent, given)
        if (found.common_dir / "worktrees" / workspace.name).is_dir():
            return found
    return _places(folder, given)


def _workspace_around(folder: Path) -> Path | None:
    """Returns the folder, or one above it, that lies where the host makes its workspaces."""
    start = Path(os.path.realpath(folder))
    for each in (start, *start.parents):
        if each.parent.name == _WORKSPACES and (each.parent.parent / ".git").exists():
            return each
        if (each / ".git").exists():
            return None
    return None


def _places(folder: Path, given: Mapping[str, str]) -> Places:
    try:
        printed = ask(
            "rev-parse",
            "--path-format=absolute",
            "--git-common-dir",
            "--git-dir",
            "--is-bare-repository",
            folder=folder,
        )
    except GitFailed as problem:
        raise NotARepository(_why(folder, str(problem))) from None
    lines = os.fsdecode(printed).removesuffix("\n").split("\n")
    if len(lines) != 3:
        raise NotARepository(f"The path of the repository around {folder} has a line break in it.")
    common_dir, git_dir = Path(os.path.realpath(lines[0])), Path(os.path.realpath(lines[1]))
    return Places(common_dir, _checkout(common_dir, git_dir, lines[2], folder), _cache(given))


def read_settings(places: Places) -> Mapping[str, object]:
    """Returns the tables of the settings file, none where there is no file.

    Raises SettingsProblem, OSError.
    """
    content = places.read(SETTINGS_PATH)
    if content is None:
        return {}
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise SettingsProblem(f"{SETTINGS_PATH}:{line} is not UTF-8. Save it as UTF-8.") from None
    except (ValueError, RecursionError) as problem:
        raise SettingsProblem(f"{SETTINGS_PATH} is not TOML: {problem}.") from None


def _checkout(common_dir: Path, git_dir: Path, is_bare: str, folder: Path) -> Path | None:
    """Returns the main working tree. A worktree cannot say where it is, if not beside `.git`."""
    if common_dir.name == ".git":
        return common_dir.parent
    if is_bare == "true" or git_dir != common_dir:
        return None
    top = ask("rev-parse", "--path-format=absolute", "--show-toplevel", folder=folder)
    return Path(os.path.realpath(os.fsdecode(top).removesuffix("\n")))


def _cache(given: Mapping[str, str]) -> Path:
    named = given.get("XDG_CACHE_HOME", "")
    # A relative path there is to be ignored, by the specification of these variables.
    return Path(named) if os.path.isabs(named) else Path.home() / ".cache"


def _why(folder: Path, said: str) -> str:
    if "not a git repository" not in said:
        return said
    return (
        f"There is no git repository around {folder}. Change to the folder of your project, or"
        " make one with 'git init'."
    )


def _bounded(content: bytes, path: str) -> bytes:
    if len(content) > _MOST_BYTES:
        raise OSError(f"{path} is over {_MOST_BYTES >> 10} KiB, which cannot be meant.")
    return content
