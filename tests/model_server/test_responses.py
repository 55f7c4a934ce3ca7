"""Checks the Responses format, as it goes over the wire."""

from __future__ import annotations

from model_client import Client
from model_server import Bash, Failure, ModelServer, Turn, Usage, Write, scenario
from model_server.values import Json, JsonObject

_PATH = "/s/main/v1/responses"
_TOOLS: Json = [
    {"type": "function", "name": "exec_command", "parameters": {}},
    {"type": "custom", "name": "apply_patch"},
    {"type": "web_search"},
]


def _body(*items: JsonObject, stream: bool = True) -> JsonObject:
    return {"model": "some-model", "input": items, "tools": _TOOLS, "stream": stream}


def _message(role: str, text: str) -> JsonObject:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}


def _worked(*commands: str) -> list[JsonObject]:
    kinds = ("function_call", "function_call_output")
    return [{"type": kind, "call_id": command} for kind in kinds for command in commands]


_SURROUNDINGS = _message("user", "<environment_context>\n  <cwd>/x</cwd>")


def _read(client: Client, *items: JsonObject) -> tuple[tuple[str, ...], int]:
    client.models.play("main", scenario(Turn(say="ok")))
    client.post(_PATH, _body(*items), {"session-id": "one"})
    (request,) = client.models.requests("main")
    assert request.dialogue.session == "one"
    return request.dialogue.prompts, request.dialogue.turn


def test_the_prompt_is_read_without_surroundings(client: Client) -> None:
    items = _message("developer", "You are"), _SURROUNDINGS, _message("user", "Do it")

    assert _read(client, *items) == (("Do it",), 0)


def test_a_turn_counts_once_however_many_tools_it_asks_for(client: Client) -> None:
    said = _message("assistant", "Now:")

    items = [_message("user", "Do it"), *_worked("a"), said, *_worked("b", "c")]

    assert _read(client, *items) == (("Do it",), 2)


def test_another_prompt_starts_at_the_first_turn(client: Client) -> None:
    items = [_message("user", "Do it"), *_worked("a"), _SURROUNDINGS, _message("user", "And this")]

    assert _read(client, *items) == (("Do it", "And this"), 0)


def test_an_answer_is_streamed_as_events(client: Client, models: ModelServer) -> None:
    models.play("main", scenario(Turn(say="Look:", do=(Bash("ls"), Write("a", "x\n")))))

    events = client.post(_PATH, _body(_message("user", "Do it"))).events()

    assert [name for name, _ in events] == [
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
        "response.output_item.done",
        "response.output_item.added",
        "response.output_item.done",
        "response.output_item.added",
        "response.output_item.done",
        "response.completed",
    ]
    assert [data["sequence_number"] for _, data in events] == list(range(9))
    assert _without_names(events[5][1]["item"]) == {
        "type": "function_call",
        "name": "exec_command",
        "arguments": '{"cmd": "ls"}',
        "status": "completed",
    }
    assert _without_names(events[7][1]["item"]) == {
        "type": "custom_tool_call",
        "name": "apply_patch",
        "input": "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch",
        "status": "completed",
    }


def _without_names(item: Json) -> dict[str, Json]:
    assert isinstance(item, dict)
    return {key: value for key, value in item.items() if key not in ("id", "call_id")}


def test_an_answer_comes_whole_with_its_usage(client: Client, models: ModelServer) -> None:
    models.play("main", scenario(Turn(say="Done.", usage=Usage(10, 3, 5))))

    response = client.post(_PATH, _body(_message("user", "Do it"), stream=False)).json()

    assert response["status"] == "completed"
    assert response["usage"] == {
        "input_tokens": 13,
        "input_tokens_details": {"cached_tokens": 3},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 18,
    }


def test_a_failure_has_its_status_and_fields(client: Client, models: ModelServer) -> None:
    fields: JsonObject = {"type": "usage_limit_reached", "resets_in_seconds": 60}
    models.play("main", scenario(Turn(fail=Failure(429, fields=fields))))

    answer = client.post(_PATH, _body(_message("user", "Do it")))

    assert (answer.status, answer.json()) == (
        429,
        {
            "error": {
                "type": "usage_limit_reached",
                "message": "Rate limit reached",
                "code": "rate_limit_exceeded",
                "param": None,
                "resets_in_seconds": 60,
            }
        },
    )
