"""Is the scripted model server: what tests start, tell what to play, and look at afterwards.

Each scenario has a name and is served under it: `http://127.0.0.1:PORT/s/<name>`. So the agents of
many tests share one server.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Self

from model_server.door import Listener
from model_server.script import Scenario
from model_server.stage import Request, Stage


class ModelServer:
    """Serves from the moment it is entered until it is left."""

    def __init__(self, port: int = 0) -> None:
        self._stage = Stage()
        self._listening = socket.create_server(("127.0.0.1", port))
        self._serving = self.listening(self._listening)
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        self._serving.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stage.closing.set()
        self._serving.__exit__(None, None, None)

    @contextmanager
    def listening(self, listening: socket.socket) -> Iterator[None]:
        """Serves on one more socket, that may be of another network, and closes it in the end."""
        listener = Listener(self._stage, listening)
        thread = Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown()
            listener.hang_up()
            listener.server_close()
            thread.join()

    def url(self, name: str) -> str:
        """Returns the base URL of a scenario, without `/v1`."""
        return f"http://127.0.0.1:{self.port}/s/{name}"

    def play(self, name: str, scenario: Scenario) -> str:
        """Plays the scenario under the name from now on, from its start; returns its base URL."""
        self._stage.play(name, scenario)
        return self.url(name)

    def requests(self, name: str) -> tuple[Request, ...]:
        """Returns what was asked under the name since its scenario is played."""
        return self._stage.requests(name)

    def wait_until(
        self,
        name: str,
        enough: Callable[[tuple[Request, ...]], bool],
        timeout_seconds: float = 30,
    ) -> tuple[Request, ...]:
        """Waits until the requests are enough and returns them; raises TimeoutError."""
        return self._stage.wait_until(name, enough, timeout_seconds)
