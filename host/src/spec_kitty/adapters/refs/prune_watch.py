"""Owns noticing that a `git prune` deletes, or has deleted, what no ref holds.

It leaves no note. But it goes through the folders of loose objects in order, so two objects that
no ref ever holds stand guard, one in the first folder and one in the last. Each has a second name
here, whose count of names says whether git has taken the object: a look costs two stats.
"""

from __future__ import annotations

import os
import time
from itertools import count

from spec_kitty.adapters.files import own_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.loose_objects import LooseObjects

# No prune takes longer; one that was killed in the middle leaves the last guard for ever.
LONGEST_SECONDS = 3600.0
_FIRST, _LAST = "00", "ff"


class PruneWatch:
    """Watches the loose objects of one repository."""

    def __init__(self, common_dir: str, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._common_dir = common_dir
        self._longest_seconds = longest_seconds
        self._folder = own_path(common_dir, "spares", "~guards")

    @property
    def is_set(self) -> bool:
        """Whether there are guards; where the file system knows no links there never are."""
        return None not in (self._names(_FIRST), self._names(_LAST))

    @property
    def saw_one(self) -> bool:
        """Whether a prune has begun to delete since the guards were set."""
        return 1 in (self._names(_FIRST), self._names(_LAST))

    @property
    def is_old(self) -> bool:
        """Whether every prune has ended that was at work when the guards were set."""
        try:
            set_at = os.stat(os.path.join(self._folder, _LAST)).st_mtime
        except OSError:
            return False
        return time.time() - set_at > self._longest_seconds

    def set(self) -> None:
        """Sets both guards anew, unless a prune that took the first is still on its way."""
        if self._names(_FIRST) == 1 and self._names(_LAST) != 1 and not self.is_old:
            return
        from spec_kitty.adapters.git.loose_objects import LooseObjects

        store = LooseObjects(self._common_dir)
        try:
            os.makedirs(self._folder, exist_ok=True)
            for place in (_FIRST, _LAST):
                content = _content(store, place)
                oid = store.write("blob", content)
                path = os.path.join(self._folder, place)
                temporary = f"{path}.{os.getpid()}"
                os.link(os.path.join(self._common_dir, "objects", oid[:2], oid[2:]), temporary)
                os.rename(temporary, path)
        except OSError:  # no links here, or no room: then nobody watches
            return

    def _names(self, place: str) -> int | None:
        """Returns how many names a guard has, None when there is none."""
        try:
            return os.stat(os.path.join(self._folder, place)).st_nlink
        except OSError:
            return None


def _content(store: LooseObjects, place: str) -> bytes:
    """Returns the content of a blob that lies in this folder of objects."""
    numbered = (b"spec-kitty watches for a prune %d\n" % number for number in count())
    return next(each for each in numbered if store.id_of("blob", each).startswith(place))
