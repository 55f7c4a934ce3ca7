"""Owns small files of the host's own, below `<common dir>/spec-kitty/`: whole or not at all."""

from __future__ import annotations

import os

FOLDER = "spec-kitty"


def own_path(common_dir: str, *parts: str) -> str:
    """Returns the path of one of the host's own files."""
    return os.path.join(common_dir, FOLDER, *parts)


def write_durably(path: str, data: bytes) -> None:
    """Replaces the file in one step; after the return it survives a power cut.

    One process at a time may write it: what a killed one left half-written is written over.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    temporary = f"{path}.tmp"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, path)
    sync_folder(folder)


def remove_durably(path: str) -> None:
    """Removes the file if it is there; after the return it stays removed."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    sync_folder(os.path.dirname(path))


def sync_folder(folder: str) -> None:
    """Makes the folder's entries survive a power cut; a missing folder has none."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
