"""Owns when a journal is packed: now and then, as soon as the writer lock is free again.

The packing itself is imported only then.
"""

from __future__ import annotations

from spec_kitty.adapters.locks import WriterLock
from spec_kitty.domain.events import MergeCompleted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.events import Event

# So many events are loose at most, with 12 to 24 KB on disk each.
PACKED_EVERY = 128


class WritingLock(WriterLock):
    """Is the writer lock of a feature; `packs` says that the journal is to be packed after it."""

    def __init__(self, git: Git, slug: str, patience_seconds: float) -> None:
        super().__init__(git.common_dir, slug, patience_seconds)
        self._git = git
        self._slug = slug
        self.packs = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        if self.packs:
            from spec_kitty.adapters.journal.packing import pack

            self.packs = False
            pack(self._git, self._slug, PACKED_EVERY)


def is_packing_due(event: Event) -> bool:
    """Says whether the journal is to be packed after this event: now and then, and at its end."""
    return event.sequence % PACKED_EVERY == 0 or isinstance(event.fact, MergeCompleted)
