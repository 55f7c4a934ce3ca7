"""Owns telling a person who waits how far a long look has come: on a terminal, and only then."""

from __future__ import annotations

import sys
import time

import click

from spec_kitty.doors.cli.terminal import is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_QUIET_SECONDS = 0.7
_BETWEEN_SECONDS = 0.1


class Progress:
    """Is one line that is written over again, and is gone when the `with` block ends."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + _QUIET_SECONDS
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def tell(self, done: int, total: int) -> None:
        """Says how far it is, a few times a second at most."""
        now = time.monotonic()
        if now < self._next or not is_terminal(sys.stderr):
            return
        self._next = now + _BETWEEN_SECONDS
        self._is_shown = True
        share = 100 * done // total
        click.echo(f"\r{self._what}: {done:,} of {total:,} events, {share} %", nl=False, err=True)
