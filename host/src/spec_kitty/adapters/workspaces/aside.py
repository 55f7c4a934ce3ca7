"""Owns what happens to a workspace that cannot be deleted without a loss: it is put aside.

That is one with clones of submodules. Their commits and changes are in no repository of the host's
and cannot be kept under a ref: looking into them would mean to believe git dirs which an agent
wrote. So folder and registration move away as they are, to places that nobody else uses.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import make_folder, sync_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.workspaces.place import Place

_PREFIX = ".kept-"


def holds_clones(place: Place) -> bool:
    """Says whether submodules were cloned for the workspace, or made in it."""
    try:
        with os.scandir(os.path.join(place.registration, "modules")) as entries:
            return next(entries, None) is not None
    except (FileNotFoundError, NotADirectoryError):
        return False


def put_aside(place: Place) -> str:
    """Moves folder and registration away and returns the new folder; safe to repeat.

    The clones are in `modules` of the registration's new place, which has the folder's name.
    """
    make_folder(place.kept_registrations)
    is_there = os.path.lexists(place.folder)
    number = 1
    while _is_used(place, number, with_folder=is_there):
        number += 1
    folder = _numbered(place.parent, place, number)
    if is_there:
        os.rename(place.folder, folder)
        sync_folder(place.parent)
    os.rename(place.registration, _numbered(place.kept_registrations, place, number))
    for changed in (place.kept_registrations, os.path.dirname(place.registration)):
        sync_folder(changed)
    return folder


def all_put_aside(any_place: Place) -> tuple[tuple[str, str], ...]:
    """Returns where folder and registration of each workspace lie that was put aside here."""
    try:
        names = sorted(os.listdir(any_place.kept_registrations))
    except OSError:
        return ()
    return tuple(
        (os.path.join(any_place.parent, name), os.path.join(any_place.kept_registrations, name))
        for name in names
        if name.startswith(_PREFIX)
    )


def _is_used(place: Place, number: int, *, with_folder: bool) -> bool:
    """Says whether something has the number; a folder that moved alone waits for the rest."""
    if os.path.lexists(_numbered(place.kept_registrations, place, number)):
        return True
    return with_folder and os.path.lexists(_numbered(place.parent, place, number))


def _numbered(folder: str, place: Place, number: int) -> str:
    return os.path.join(folder, f"{_PREFIX}{place.name}-{number}")
