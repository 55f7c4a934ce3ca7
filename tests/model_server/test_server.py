"""Checks the server: tenants, what it remembers, hanging, and that it ends."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from model_client import Client
from model_server import FOREVER, ModelServer, Outcome, Turn, scenario
from model_server.values import JsonObject

_BODY: JsonObject = {
    "messages": [{"role": "user", "content": "Do it"}],
    "tools": [{"name": "Bash"}],
    "stream": False,
}


def _said(client: Client, name: str) -> object:
    content = client.post(f"/s/{name}/v1/messages", _BODY).json()["content"]
    assert isinstance(content, list)
    return content[0]["text"]


def test_each_name_plays_its_own_scenario(client: Client, models: ModelServer) -> None:
    models.play("one", scenario(Turn(say="First.")))
    models.play("two", scenario(Turn(say="Second.")))

    assert [_said(client, "one"), _said(client, "two")] == ["First.", "Second."]
    assert [len(models.requests(name)) for name in ("one", "two", "three")] == [1, 1, 0]


def test_a_scenario_that_is_played_again_starts_anew(client: Client, models: ModelServer) -> None:
    models.play("one", scenario(Turn(say="Old.")))
    _said(client, "one")

    models.play("one", scenario(Turn(say="New.")))

    assert (models.requests("one"), _said(client, "one")) == ((), "New.")


def test_a_name_without_a_scenario_is_refused(client: Client, models: ModelServer) -> None:
    answer = client.post("/s/one/v1/messages", _BODY)

    reason = "No scenario is played under the name one."
    assert (answer.status, answer.json()["error"]) == (
        400,
        {"type": "invalid_request_error", "message": reason},
    )
    (request,) = models.requests("one")
    assert (request.outcome, request.reason) == (Outcome.REFUSED, reason)


def test_another_path_is_not_found(client: Client) -> None:
    assert client.post("/s/one/v1/other", {}).status == 404


def test_a_request_is_remembered_as_it_came(client: Client, models: ModelServer) -> None:
    models.play("one", scenario(Turn(say="ok")))

    client.post("/s/one/v1/messages?beta=true", _BODY, {"X-Api-Key": "scripted"})

    (request,) = models.requests("one")
    assert (request.path, request.headers["x-api-key"]) == ("/v1/messages", "scripted")
    assert (request.body, request.outcome) == (_BODY, Outcome.PLAYED)


def test_many_agents_are_answered_at_once(client: Client, models: ModelServer) -> None:
    models.play("slow", scenario(Turn(say="ok", hang_seconds=0.3)))

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(lambda _: _said(client, "slow"), range(16)))

    assert (said, len(models.requests("slow"))) == (["ok"] * 16, 16)


def test_a_hanging_answer_begins_and_does_not_end(models: ModelServer) -> None:
    models.play("one", scenario(Turn(say="Late.", hang_seconds=FOREVER)))
    body = b'{"stream": true, "tools": [{"name": "Bash"}]}'
    with socket.create_connection(("127.0.0.1", models.port), timeout=30) as agent:
        head = f"POST /s/one/v1/messages HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n"
        agent.sendall(head.encode() + body)

        received = b""
        while not received.endswith(b"\n\n"):
            received += agent.recv(65536)

        agent.settimeout(0.2)
        with pytest.raises(TimeoutError):
            agent.recv(1)
    assert received.count(b"event: ") == 1
    assert b"event: message_start" in received


def test_a_test_can_wait_for_a_request(client: Client, models: ModelServer) -> None:
    models.play("one", scenario(Turn(say="ok")))
    asking = threading.Thread(target=_said, args=(client, "one"))
    asking.start()

    asked = models.wait_until("one", lambda requests: len(requests) == 1)

    asking.join()
    assert asked == models.requests("one")


def test_waiting_for_a_request_that_never_comes_ends(models: ModelServer) -> None:
    with pytest.raises(TimeoutError, match="one has 0 requests, and that is not enough"):
        models.wait_until("one", lambda requests: len(requests) == 1, timeout_seconds=0.05)


def test_a_server_that_is_left_ends_what_hangs_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with ModelServer() as server:
        server.play("one", scenario(Turn(say="Late.", hang_seconds=FOREVER)))
        asking = threading.Thread(target=_ask_in_vain, args=(Client(server),))
        asking.start()
        server.wait_until("one", lambda requests: len(requests) == 1)
        asking.join(timeout=0.1)
        assert asking.is_alive()

    asking.join(timeout=30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))
    _wait_until_only(before)


def test_a_server_that_is_left_ends_connections_that_agents_keep() -> None:
    before = set(threading.enumerate())
    with socket.socket() as agent:
        with ModelServer() as server:
            agent.connect(("127.0.0.1", server.port))
            agent.sendall(b"POST /nowhere HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
            assert agent.recv(1) == b"H"

        _wait_until_only(before)


def _wait_until_only(threads: set[threading.Thread]) -> None:
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - threads:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _ask_in_vain(client: Client) -> None:
    try:
        client.post("/s/one/v1/messages", _BODY)
    except OSError:
        pass  # The server may hang up before it has answered.
