"""Owns the private homes of agents: one for each work package, role and agent of a run.

An agent keeps its sessions in its home, so a home lasts as long as its run; what it keeps in its
folder for temporary files goes with the attempt. Nothing of the person's own home is in it but
links to the files that sign the agent in.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec_kitty_orchestrator.adapters.repository.removal import remove_tree
from spec_kitty_orchestrator.ports import Assignment


@dataclass(frozen=True, slots=True)
class Home:
    """Is a private home and the folder for temporary files, which lies beside it."""

    folder: Path
    tmp: Path


def make_home(homes: Path, assignment: Assignment) -> Home:
    """Makes the home of an assignment, or finds the one that an earlier attempt had."""
    parts = (assignment.package, assignment.role.value, assignment.agent.name)
    place = homes / "-".join(re.sub(r"[^A-Za-z0-9._]", "_", part) for part in parts)
    home = Home(place / "home", place / "tmp")
    remove_tree(home.tmp)
    for folder in (home.folder, home.tmp):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def furnish(home: Path, files: Mapping[str, str]) -> None:
    """Writes files into a home, by their paths in it."""
    for name, text in files.items():
        path = _inside(home, name)
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")


def link_credentials(home: Path, person: Path, names: Sequence[str]) -> None:
    """Links what signs the agent in, as far as the person has it."""
    for name in names:
        path, own = _inside(home, name), person / name
        path.unlink(missing_ok=True)
        if own.exists():
            path.symlink_to(own.absolute())


def return_credentials(home: Path, person: Path, names: Sequence[str]) -> None:
    """Gives back sign-ins that the agent renewed by putting a new file in the link's place.

    A renewed sign-in makes the old one worthless, so the person would be signed out otherwise.
    """
    for name in names:
        path, own = home / name, person / name
        if not path.is_file() or path.is_symlink() or not own.exists():
            continue
        if path.stat().st_mtime > own.stat().st_mtime:
            fresh = own.with_name(f"{own.name}.spec-kitty")
            shutil.copy(path, fresh)
            fresh.chmod(own.stat().st_mode & 0o777)
            fresh.replace(own)


def _inside(home: Path, name: str) -> Path:
    path = home / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
