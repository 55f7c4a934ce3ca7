"""Owns the one stream of the contract: an envelope a line, resumable by cursor."""

from __future__ import annotations

import gc
import time

from spec_kitty.application.clock import timestamp
from spec_kitty.application.telling.histories import event_data, events
from spec_kitty.doors.envelope import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from spec_kitty.application.host import Host
    from spec_kitty.doors.reading import Arguments

HEARTBEAT_SECONDS = 15.0
# Three `stat` calls a look; far below what a person or a scheduler notices.
LOOK_SECONDS = 0.2


def watch(arguments: Arguments, host: Host, write: Callable[[str], bool]) -> int:
    """Writes what happens until the reader goes away or the process is interrupted.

    Each line's `data.kind` is `event` or `heartbeat`; its `cursor` is where to resume. Raises
    Refusal before the first line only.
    """
    gc.enable()
    try:
        return _follow(arguments, host, write)
    except KeyboardInterrupt:
        return 0


def _follow(arguments: Arguments, host: Host, write: Callable[[str], bool]) -> int:
    slug, cursor = arguments["feature"], arguments.get("after")
    journal = host.ports.reading
    only = arguments.get("wp")
    seen: object = None
    due = 0.0
    while True:
        mark = journal.mark(slug)
        if mark != seen or seen is None:
            for at, event in events(host, slug, cursor):
                cursor = at
                if only in (None, getattr(event.fact, "package", None)):
                    if not _tell(write, {"kind": "event", **event_data(at, event)}):
                        return 0
            seen = mark
        now = time.monotonic()
        if now >= due:
            if not _tell(write, {"kind": "heartbeat", "cursor": cursor}):
                return 0
            due = now + HEARTBEAT_SECONDS
        if _is_gone():
            return 0
        time.sleep(LOOK_SECONDS)


def _tell(write: Callable[[str], bool], data: dict[str, object]) -> bool:
    return write(envelope("watch", timestamp(), data))


def _is_gone() -> bool:
    """Says whether the reader closed its end, before the next line would find out."""
    import select

    gone = select.poll()
    gone.register(1, select.POLLERR | select.POLLHUP)
    return bool(gone.poll(0))
