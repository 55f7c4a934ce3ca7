"""Owns small files of the host's own, below `<common dir>/spec-kitty/`: whole or not at all."""

from __future__ import annotations

import os
import time

FOLDER = "spec-kitty"
# Nobody takes that long to write a file of a few kilobytes.
_UNFINISHED_SECONDS = 10


def own_path(common_dir: str, *parts: str) -> str:
    """Returns the path of one of the host's own files."""
    return os.path.join(common_dir, FOLDER, *parts)


def write_durably(path: str, data: bytes) -> None:
    """Replaces the file in one step; after the return it survives a power cut.

    One process at a time may write it: what a killed one left half-written is written over.
    """
    folder = os.path.dirname(path)
    make_folder(folder)
    temporary = f"{path}.tmp"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, path)
    sync_folder(folder)


def write_memory(path: str, data: bytes) -> None:
    """Puts a file that can be made anew at the path, all of it or nothing; never fails.

    Of several writers one does it. What a killed one left half-written goes away after a while.
    """
    temporary = f"{path}.tmp"
    try:
        make_folder(os.path.dirname(path))
        _forget_old(temporary)
        with open(temporary, "xb") as file:
            try:
                file.write(data)
                file.flush()
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
    except OSError:
        return


def _forget_old(path: str) -> None:
    try:
        if os.lstat(path).st_mtime < time.time() - _UNFINISHED_SECONDS:
            os.unlink(path)
    except FileNotFoundError:
        return


def make_folder(folder: str) -> None:
    """Makes the folder, and those above it, so that they survive a power cut."""
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    make_folder(above)
    os.makedirs(folder, exist_ok=True)
    sync_folder(above)


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


def remove_folder(folder: str) -> None:
    """Removes a folder of our own with all that is in it; one that is gone is no error."""
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(parent, name))
        for name in folders:
            os.rmdir(os.path.join(parent, name))
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        pass
