"""Asks a model server like an agent, over plain HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass

from model_server import ModelServer
from model_server.values import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> dict[str, Json]:
        found = json.loads(self.text)
        assert isinstance(found, dict)
        return found

    def events(self) -> list[tuple[str, dict[str, Json]]]:
        """Returns the server-sent events, each with its name and its data."""
        blocks = [block.split("\n") for block in self.text.removesuffix("\n\n").split("\n\n")]
        return [
            (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
            for name, data in blocks
        ]


@dataclass(frozen=True, slots=True)
class Client:
    models: ModelServer

    def post(self, path: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.models.port, timeout=30)
        try:
            connection.request("POST", path, json.dumps(body), dict(headers or {}))
            answer = connection.getresponse()
            told = {key.lower(): value for key, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read().decode())
        finally:
            connection.close()
