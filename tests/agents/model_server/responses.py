"""Speaks the Responses format, streamed and whole: what Codex asks with."""

from __future__ import annotations

import json
from collections.abc import Mapping

from model_server.dialogue import Dialogue, Event, Reply, ToolCall, Tools
from model_server.script import Failure, Usage
from model_server.values import Json, JsonObject, objects, text

_CALLS = ("function_call", "custom_tool_call")

# Codex tells about its surroundings as if the user did, in messages that open so.
_REMARKS = ("<environment_context>", "<user_instructions>", "# AGENTS.md", "<turn_aborted>")

_KINDS = {
    401: ("invalid_request_error", "Incorrect API key provided"),
    429: ("rate_limit_exceeded", "Rate limit reached"),
    529: ("server_error", "Overloaded"),
}


def read(body: JsonObject, headers: Mapping[str, str]) -> Dialogue:
    prompts: list[str] = []
    turn, calling = 0, False
    for item in objects(body.get("input")):
        was_calling, calling = calling, item.get("type") in _CALLS
        if calling:
            turn += not was_calling
        elif prompt := _prompt(item):
            prompts.append(prompt)
            turn = 0
    return Dialogue(headers.get("session-id", ""), tuple(prompts), turn, _tools(body))


def _prompt(item: JsonObject) -> str:
    if item.get("role") != "user":
        return ""
    said = "\n".join(text(part.get("text")) for part in objects(item.get("content")))
    return "" if said.startswith(_REMARKS) else said


def _tools(body: JsonObject) -> Tools:
    tools: dict[str, JsonObject | None] = {}
    for tool in objects(body.get("tools")):
        if tool.get("type") in ("function", "custom"):
            tools[text(tool.get("name"))] = None if tool.get("type") == "custom" else {}
    return tools


def whole(reply: Reply, body: JsonObject, identity: str) -> JsonObject:
    """Returns the answer as one response."""
    return {
        "id": f"resp_{identity}",
        "object": "response",
        "created_at": 0,
        "model": body.get("model"),
        "status": "completed",
        "output": _items(reply, identity),
        "usage": _usage(reply.usage),
        "error": None,
    }


def streamed(reply: Reply, body: JsonObject, identity: str) -> list[Event]:
    """Returns the answer as events; the first one comes before a hang."""
    response = whole(reply, body, identity)
    opening = {**response, "status": "in_progress", "output": [], "usage": None}
    events = [_event("response.created", response=opening)]
    for index, item in enumerate(_items(reply, identity)):
        events += _item_events(index, item)
    events.append(_event("response.completed", response=response))
    return [
        Event(event.name, {**event.data, "sequence_number": number})
        for number, event in enumerate(events)
    ]


def error(failure: Failure, message: str | None = None) -> JsonObject:
    kind, usual = _KINDS.get(failure.status, ("server_error", "The request was refused"))
    facts: JsonObject = {"type": kind, "message": message or usual, "code": kind, "param": None}
    return {"error": {**facts, **failure.fields}}


def _items(reply: Reply, identity: str) -> list[JsonObject]:
    said: list[JsonObject] = []
    if reply.say:
        part: JsonObject = {"type": "output_text", "text": reply.say, "annotations": []}
        said = [
            {
                "type": "message",
                "id": f"msg_{identity}",
                "role": "assistant",
                "status": "completed",
                "content": [part],
            }
        ]
    return said + [_call(call, f"{identity}_{n}") for n, call in enumerate(reply.calls)]


def _call(call: ToolCall, identity: str) -> JsonObject:
    facts: JsonObject = {"call_id": f"call_{identity}", "name": call.tool, "status": "completed"}
    if isinstance(call.arguments, str):
        own: JsonObject = {"type": "custom_tool_call", "input": call.arguments}
        return {"id": f"ctc_{identity}", **own, **facts}
    own = {"type": "function_call", "arguments": json.dumps(call.arguments)}
    return {"id": f"fc_{identity}", **own, **facts}


def _item_events(index: int, item: JsonObject) -> list[Event]:
    emptied = {key: value for key, value in _EMPTY.items() if key in item}
    opening = {**item, **emptied, "status": "in_progress"}
    events = [_event("response.output_item.added", output_index=index, item=opening)]
    for part in objects(item.get("content")):
        place: JsonObject = {"item_id": item["id"], "output_index": index, "content_index": 0}
        events.append(_event("response.output_text.delta", **place, delta=part["text"]))
    return [*events, _event("response.output_item.done", output_index=index, item=item)]


_EMPTY: JsonObject = {"content": [], "arguments": "", "input": ""}


def _event(name: str, **data: Json) -> Event:
    return Event(name, {"type": name, **data})


def _usage(usage: Usage) -> JsonObject:
    # Here cached tokens are a share of the input; in the script they are not.
    read = usage.input_tokens + usage.cached_tokens
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + usage.output_tokens,
    }
