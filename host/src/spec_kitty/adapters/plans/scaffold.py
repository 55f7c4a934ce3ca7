"""Owns writing the first files of a project and of a feature, never over something there.

They appear whole or not at all. The caller sees to it that nobody else writes some now.
"""

from __future__ import annotations

import os
import re

from spec_kitty.adapters.files import remove_folder
from spec_kitty.adapters.plans.templates import feature_files, settings_text
from spec_kitty.adapters.workspaces.durable import place_new, write_atomically
from spec_kitty.domain.names import is_slug
from spec_kitty.domain.planning.plan import feature_folder
from spec_kitty.domain.planning.settings import SETTINGS_PATH
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_SLUG_CHARACTERS = 60
MAX_TITLE_CHARACTERS = 200
MAX_NUMBER = 9999

_PLANS = "kitty-specs"
# No feature can be called so.
_UNFINISHED = ".spec-kitty-unfinished"
_NUMBER = re.compile(r"([0-9]{3,4})(?:[-_.]|$)")


class CreatedFeature(Record):
    """Says what was written; the paths are relative to the checkout."""

    slug: str
    paths: tuple[str, ...]


def create_feature(
    checkout: str, title: str, taken: Iterable[str] = (), number: int | None = None
) -> CreatedFeature:
    """Writes a new feature into the checkout, for its owner to edit and commit.

    `taken` are slugs that are not on disk here: committed on the target, or with a journal.
    Raises Refusal: USAGE_ERROR for the title or number, PREFLIGHT_FAILED for what is in the way.
    """
    title = _checked(title)
    _refuse_link(checkout, _PLANS)
    existing = {*taken, *slugs_on_disk(checkout)}
    slug = slug_of(title, _free_number(existing, number))
    folder, files = feature_folder(slug), feature_files(title)
    try:
        _place_folder(os.path.join(checkout, folder), files)
    except FileExistsError:
        raise Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            f"{folder} has just been made by somebody else. Give another title or number.",
            path=folder,
        ) from None
    return CreatedFeature(slug, tuple(f"{folder}/{name}" for name in files))


def _place_folder(folder: str, files: Mapping[str, str]) -> None:
    """Writes a folder of text files in one step; what a killed call began is written over."""
    unfinished = os.path.join(os.path.dirname(folder), _UNFINISHED)
    try:
        remove_folder(unfinished)
        for name, text in files.items():
            path = os.path.join(unfinished, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        if os.path.lexists(folder):
            raise FileExistsError
        os.rename(unfinished, folder)
    except BaseException:
        remove_folder(unfinished)
        raise


def initialise(checkout: str) -> tuple[str, ...]:
    """Writes the settings file unless there is one; returns the paths that it wrote.

    Raises Refusal: PREFLIGHT_FAILED where its folder is a link.
    """
    _refuse_link(checkout, os.path.dirname(SETTINGS_PATH))
    try:
        _write_new(os.path.join(checkout, SETTINGS_PATH), settings_text())
    except FileExistsError:
        return ()
    return (SETTINGS_PATH,)


def _refuse_link(checkout: str, folder: str) -> None:
    if os.path.islink(os.path.join(checkout, folder)):
        raise Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            f"{folder} is a link in your checkout, so the files would be written somewhere else. "
            "Put a folder in its place, then try again.",
            path=folder,
        )


def slugs_on_disk(checkout: str) -> tuple[str, ...]:
    """Returns the features whose folders lie in the checkout, committed or not."""
    try:
        with os.scandir(os.path.join(checkout, _PLANS)) as found:
            names = [entry.name for entry in found if entry.is_dir() and is_slug(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(sorted(names))


def slug_of(title: str, number: int) -> str:
    """Returns the folder and branch name of a feature, such as `034-my-feature`."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", "")) or ["feature"]
    slug = f"{number:03}"
    for word in words:
        if len(slug) + 1 + len(word) > MAX_SLUG_CHARACTERS:
            break
        slug = f"{slug}-{word}"
    if "-" not in slug:
        slug = f"{slug}-{words[0]}"[:MAX_SLUG_CHARACTERS]
    return slug


def _checked(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > MAX_TITLE_CHARACTERS or not title.isprintable():
        raise Refusal(
            ErrorCode.USAGE_ERROR,
            f"Give a title of one line and at most {MAX_TITLE_CHARACTERS} characters.",
            title=title[:MAX_TITLE_CHARACTERS],
        )
    return title


def _free_number(existing: Iterable[str], wanted: int | None) -> int:
    owners = {int(match[1]): slug for slug in existing if (match := _NUMBER.match(slug))}
    number = max(owners, default=0) + 1 if wanted is None else wanted
    if not 0 < number <= MAX_NUMBER:
        raise Refusal(
            ErrorCode.USAGE_ERROR,
            f"The number {number} is not free to use. Give one from 1 to {MAX_NUMBER}.",
            number=number,
        )
    if number in owners:
        raise Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            f"The number {number} belongs to {owners[number]}. Give another, or none at all.",
            number=number,
            feature=owners[number],
        )
    return number


def _write_new(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    unfinished = os.path.join(os.path.dirname(path), _UNFINISHED)
    write_atomically(unfinished, text.encode())
    place_new(unfinished, path)
