"""Owns how a folder that agents wrote in is removed: they leave read-only ones behind."""

import os
import shutil
import stat
from pathlib import Path


def remove_tree(folder: Path) -> None:
    """Removes a folder with all that is in it; what is not there is no error. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        _open_up(folder)
        shutil.rmtree(folder)


def _open_up(folder: Path) -> None:
    """Makes every folder writable: what is in one cannot be removed otherwise."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        os.chmod(current, stat.S_IRWXU)
        with os.scandir(current) as entries:
            waiting += [Path(each) for each in entries if each.is_dir(follow_symlinks=False)]
