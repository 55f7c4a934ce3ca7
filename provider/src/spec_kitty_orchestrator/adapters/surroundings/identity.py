"""Owns what a private home knows of the person's git: who commits, and what is trusted."""

import re
from collections.abc import Mapping
from pathlib import Path

from spec_kitty_orchestrator.adapters.processes.asking import ask

_WANTED = r"^(user\.(name|email)|safe\.directory)$"
_SECONDS = 10.0


async def git_settings(folder: Path, person: Mapping[str, str]) -> str:
    """Returns the text of a `.gitconfig` with what counts in this folder for this person."""
    # What would point git to another repository must not count.
    variables = {
        name: value
        for name, value in person.items()
        if not name.startswith("GIT_") or name.startswith("GIT_CONFIG_")
    }
    argv = ("git", "config", "--null", "--get-regexp", _WANTED)
    try:
        told = (await ask(argv, folder, variables, _SECONDS)).output
    except OSError:
        told = ""
    entries = [entry.strip("\n").partition("\n") for entry in told.split("\0")]
    found = {name: value for name, _, value in entries if name.startswith("user.")}
    for word in ("name", "email"):
        if given := person.get(f"GIT_AUTHOR_{word.upper()}"):
            found[f"user.{word}"] = given
    trusted = [("safe.directory", value) for name, _, value in entries if name == "safe.directory"]
    return "".join(_setting(name, value) for name, value in [*found.items(), *trusted])


def _setting(name: str, value: str) -> str:
    section, _, key = name.partition(".")
    quoted = re.sub(r'(["\\])', r"\\\1", value).replace("\n", "\\n")
    return f'[{section}]\n\t{key} = "{quoted}"\n'
