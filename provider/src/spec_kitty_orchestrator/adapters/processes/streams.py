"""Owns the three pipes of a running agent: what comes through them, and that they get closed."""

import asyncio
from collections.abc import Callable


class Heard(asyncio.Protocol):
    """Hands on what comes through a pipe as it comes; `closed` is set once the pipe is closed."""

    def __init__(
        self, hear: Callable[[bytes], None], reader: asyncio.StreamReader | None = None
    ) -> None:
        self.closed = asyncio.Event()
        self._hear = hear
        self._reader = reader
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        if self._reader:
            self._reader.set_transport(transport)

    def data_received(self, data: bytes) -> None:
        self._hear(data)
        if self._reader:
            self._reader.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 # The protocol's own name.
        if self._reader:
            self._reader.feed_eof()
        self.closed.set()

    def abandon(self) -> None:
        if self._transport:
            self._transport.close()


class Input(asyncio.StreamReaderProtocol):
    """Is the pipe to the agent; `closed` is set once it is closed, by whichever side."""

    def __init__(self) -> None:
        super().__init__(asyncio.StreamReader())
        self.closed = asyncio.Event()
        self._pipe: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._pipe = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.closed.set()

    def close(self) -> None:
        """Closes the pipe when what was written has gone through."""
        if self._pipe:
            self._pipe.close()

    def abandon(self) -> None:
        if isinstance(self._pipe, asyncio.WriteTransport) and not self.closed.is_set():
            self._pipe.abort()
