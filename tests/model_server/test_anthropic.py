"""Checks the Messages format, as it goes over the wire."""

from __future__ import annotations

from model_client import Client
from model_server import Bash, Failure, ModelServer, Turn, Usage, scenario
from model_server.values import Json, JsonObject

_PATH = "/s/main/v1/messages"
_TOOLS: Json = [{"name": "Bash", "input_schema": {}}]


def _body(*messages: JsonObject, stream: bool = True) -> JsonObject:
    return {"model": "some-model", "messages": messages, "tools": _TOOLS, "stream": stream}


def _user(*texts: str) -> JsonObject:
    return {"role": "user", "content": [{"type": "text", "text": text} for text in texts]}


def _worked(*names: str) -> list[JsonObject]:
    asked: list[Json] = [{"type": "tool_use", "id": n, "name": "Bash", "input": {}} for n in names]
    told: list[Json] = [{"type": "tool_result", "tool_use_id": n, "content": "ok"} for n in names]
    remark: Json = {"type": "text", "text": "<system-reminder>go on</system-reminder>"}
    return [{"role": "assistant", "content": asked}, {"role": "user", "content": [*told, remark]}]


def _read(client: Client, *messages: JsonObject) -> tuple[tuple[str, ...], int]:
    client.models.play("main", scenario(Turn(say="ok")))
    client.post(_PATH, _body(*messages), {"X-Claude-Code-Session-Id": "one"})
    (request,) = client.models.requests("main")
    assert request.dialogue.session == "one"
    return request.dialogue.prompts, request.dialogue.turn


def test_the_prompt_is_read_without_remarks(client: Client) -> None:
    system: JsonObject = {"role": "system", "content": [{"type": "text", "text": "# Environment"}]}
    said = _user("<system-reminder>about it</system-reminder>", "Do it")

    assert _read(client, said, system) == (("Do it",), 0)


def test_a_turn_counts_once_however_many_tools_it_asks_for(client: Client) -> None:
    messages = [_user("Do it"), *_worked("a"), *_worked("b", "c")]

    assert _read(client, *messages) == (("Do it",), 2)


def test_another_prompt_starts_at_the_first_turn(client: Client) -> None:
    messages = [_user("Do it"), *_worked("a"), {"role": "assistant", "content": "Done."}]

    assert _read(client, *messages, _user("And this")) == (("Do it", "And this"), 0)


def test_an_answer_is_streamed_as_events(client: Client, models: ModelServer) -> None:
    turn = Turn(say="Look:", do=(Bash("ls"),), usage=Usage(10, 3, 5))
    models.play("main", scenario(turn))

    events = client.post(_PATH, _body(_user("Do it"))).events()

    assert [name for name, _ in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert all(name == data["type"] for name, data in events)
    assert events[2][1]["delta"] == {"type": "text_delta", "text": "Look:"}
    assert events[5][1]["delta"] == {
        "type": "input_json_delta",
        "partial_json": '{"command": "ls", "description": "Run a command"}',
    }
    assert events[7][1] == {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {"output_tokens": 5},
    }


def test_an_answer_comes_whole_to_who_asks_so(client: Client, models: ModelServer) -> None:
    models.play("main", scenario(Turn(say="Done.", usage=Usage(10, 3, 5))))

    message = client.post(_PATH, _body(_user("Do it"), stream=False)).json()

    assert str(message.pop("id")).startswith("msg_")
    assert message == {
        "type": "message",
        "role": "assistant",
        "model": "some-model",
        "content": [{"type": "text", "text": "Done."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 3,
            "output_tokens": 5,
        },
    }


def test_a_failure_has_its_status_headers_and_kind(client: Client, models: ModelServer) -> None:
    headers = {"anthropic-ratelimit-unified-reset": "1795400000"}
    models.play("main", scenario(Turn(fail=Failure(429, 1, 7, headers, {"more": 1}))))

    answer = client.post(_PATH, _body(_user("Do it")))

    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert answer.headers["anthropic-ratelimit-unified-reset"] == "1795400000"
    message = "This request would exceed your rate limit"
    assert answer.json() == {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": message, "more": 1},
        "request_id": "req_scripted",
    }
