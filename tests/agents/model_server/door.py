"""Takes requests over HTTP and sends what the stage answers, in the format that the path tells."""

from __future__ import annotations

import json
import re
import socket
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from model_server import anthropic, responses
from model_server.dialogue import Dialogue, Event, Reply
from model_server.script import Failure
from model_server.stage import Asked, Stage
from model_server.values import JsonObject

_TENANT = re.compile(r"/s/([^/?]+)(/[^?]*)")


class Format(Protocol):
    """Is what a wire format can do; each is a module."""

    def read(self, body: JsonObject, headers: Mapping[str, str]) -> Dialogue: ...
    def whole(self, reply: Reply, body: JsonObject, identity: str) -> JsonObject: ...
    def streamed(self, reply: Reply, body: JsonObject, identity: str) -> list[Event]: ...
    def error(self, failure: Failure, message: str | None = None) -> JsonObject: ...


_FORMATS: dict[str, Format] = {"/v1/messages": anthropic, "/v1/responses": responses}


class Listener(ThreadingHTTPServer):
    """Serves on a socket that listens already, in whatever network it was made."""

    daemon_threads = True

    def __init__(self, stage: Stage, listening: socket.socket) -> None:
        super().__init__(listening.getsockname(), Door, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.stage = stage
        self._connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = self.socket.accept()
        self._connections.add(connection)
        return connection, address

    def close_request(self, request: object) -> None:
        assert isinstance(request, socket.socket)
        self._connections.discard(request)
        request.close()

    def hang_up(self) -> None:
        """Ends every connection that an agent keeps open."""
        for connection in tuple(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It has just ended by itself.


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            pass  # The agent was ended, or gave up.

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        found = _TENANT.match(self.path)
        name, path = found.groups() if found else ("", self.path)
        if path not in _FORMATS:
            return self._send(404, {"error": {"message": f"Nothing is served at {path}."}})
        headers = {key.lower(): value for key, value in self.headers.items()}
        self._answer(Asked(name, path, headers, body), _FORMATS[path])

    def _answer(self, asked: Asked, form: Format) -> None:
        dialogue = form.read(asked.body, asked.headers)
        answer, reason = self.server.stage.answer(asked, dialogue)
        identity = uuid.uuid4().hex[:20]
        if isinstance(answer, Failure):
            self._send(answer.status, form.error(answer, reason or None), _failed_headers(answer))
        elif asked.body.get("stream"):
            self._stream(form.streamed(answer, asked.body, identity), answer.hang_seconds)
        else:
            self._hang(answer.hang_seconds)
            self._send(200, form.whole(answer, asked.body, identity))

    def _stream(self, events: list[Event], hang_seconds: float) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(_lines(events[0]))
        self._hang(hang_seconds)
        self.wfile.write(b"".join(map(_lines, events[1:])))
        self.close_connection = True

    def _hang(self, seconds: float) -> None:
        if seconds:
            self.server.stage.closing.wait(min(seconds, 3600))

    def _send(
        self, status: int, body: JsonObject, headers: Mapping[str, str] | None = None
    ) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the stage keeps what was asked."""


def _failed_headers(failure: Failure) -> dict[str, str]:
    headers = dict(failure.headers)
    if failure.retry_after_seconds is not None:
        headers["retry-after"] = str(failure.retry_after_seconds)
    return headers


def _lines(event: Event) -> bytes:
    return f"event: {event.name}\ndata: {json.dumps(event.data)}\n\n".encode()
