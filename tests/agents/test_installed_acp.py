"""Checks that the ACP agent works in the cage, spoken to without any library."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from model_server import Failure, ModelServer, Turn, scenario
from model_server.values import Json, JsonObject
from workplace import MEND, MENDED, Workplace
from wrapped import WrappedAgents


class AcpClient:
    """Speaks JSON-RPC with an agent, one request at a time, and allows whatever it asks for."""

    def __init__(self, agent: Path, workplace: Workplace) -> None:
        self._agent = subprocess.Popen(
            [agent],
            cwd=workplace.repo.path,
            env=workplace.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._agent.kill()
        self._agent.communicate(timeout=60)

    def ask(self, method: str, parameters: JsonObject) -> dict[str, Json]:
        """Returns the result, or the error, of one request."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        assert self._agent.stdout is not None
        for line in self._agent.stdout:
            told: dict[str, Json] = json.loads(line)
            if told.get("method") == "session/request_permission":
                self._allow(told)
            elif told.get("id") == self._asked:
                found = told.get("result", told.get("error"))
                assert isinstance(found, dict)
                return found
        raise AssertionError("The agent ended without an answer.")

    def _allow(self, told: Mapping[str, Json]) -> None:
        outcome = {"outcome": "selected", "optionId": "allow"}
        self._send({"id": told["id"], "result": {"outcome": outcome}})

    def _send(self, message: JsonObject) -> None:
        assert self._agent.stdin is not None
        self._agent.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._agent.stdin.flush()


def _prompt(client: AcpClient, workplace: Workplace) -> dict[str, Json]:
    client.ask("initialize", {"protocolVersion": 1, "clientCapabilities": {}})
    place: JsonObject = {"cwd": str(workplace.repo.path), "mcpServers": []}
    session = client.ask("session/new", place)["sessionId"]
    prompt: JsonObject = {"type": "text", "text": "Mend add"}
    return client.ask("session/prompt", {"sessionId": session, "prompt": [prompt]})


def test_the_acp_agent_edits_checks_and_commits_what_its_client_allows(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    models.play("mend", MEND)

    with AcpClient(agents.claude_agent_acp("mend"), workplace) as client:
        ended = _prompt(client, workplace)

    assert ended["stopReason"] == "end_turn"
    assert workplace.landed() == MENDED


def test_the_acp_agent_tells_a_failure_of_the_model(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    models.play("failing", scenario(Turn(fail=Failure(429))))

    with AcpClient(agents.claude_agent_acp("failing", retries=0), workplace) as client:
        ended = _prompt(client, workplace)

    assert (ended["code"], ended["data"]) == (-32603, {"errorKind": "rate_limit"})
