"""Speaks the Messages format, streamed and whole: what Claude Code asks with."""

from __future__ import annotations

import json
from collections.abc import Mapping

from model_server.dialogue import Dialogue, Event, Reply, Tools
from model_server.script import Failure, Usage
from model_server.values import Json, JsonObject, objects, text

# Claude Code puts its own remarks beside the prompt, each in a block that opens so.
_REMARK = "<system-reminder>"

_KINDS = {
    400: ("invalid_request_error", "The request was refused"),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "forbidden"),
    429: ("rate_limit_error", "This request would exceed your rate limit"),
    529: ("overloaded_error", "Overloaded"),
}


def read(body: JsonObject, headers: Mapping[str, str]) -> Dialogue:
    prompts: list[str] = []
    turn = 0
    for message in objects(body.get("messages")):
        if message.get("role") == "assistant":
            turn += "tool_use" in _block_types(message)
        elif message.get("role") == "user" and (prompt := _prompt(message)):
            prompts.append(prompt)
            turn = 0
    tools: Tools = {text(tool.get("name")): {} for tool in objects(body.get("tools"))}
    return Dialogue(headers.get("x-claude-code-session-id", ""), tuple(prompts), turn, tools)


def _block_types(message: JsonObject) -> set[Json]:
    return {text(block.get("type")) for block in objects(message.get("content"))}


def _prompt(message: JsonObject) -> str:
    if "tool_result" in _block_types(message):
        return ""
    content = message.get("content")
    texts = [content] if isinstance(content, str) else _texts(content)
    return "\n".join(said for said in texts if not said.lstrip().startswith(_REMARK))


def _texts(content: Json) -> list[str]:
    return [text(block.get("text")) for block in objects(content) if block.get("type") == "text"]


def whole(reply: Reply, body: JsonObject, identity: str) -> JsonObject:
    """Returns the answer as one message."""
    return {
        "id": f"msg_{identity}",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": _blocks(reply, identity),
        "stop_reason": "tool_use" if reply.calls else "end_turn",
        "stop_sequence": None,
        "usage": _usage(reply.usage),
    }


def streamed(reply: Reply, body: JsonObject, identity: str) -> list[Event]:
    """Returns the answer as events; the first one comes before a hang."""
    message = whole(reply, body, identity)
    opening = {**message, "content": [], "stop_reason": None}
    events = [_event("message_start", message=opening)]
    for index, block in enumerate(_blocks(reply, identity)):
        events += _block_events(index, block)
    stop: JsonObject = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    output: JsonObject = {"output_tokens": reply.usage.output_tokens}
    return [*events, _event("message_delta", delta=stop, usage=output), _event("message_stop")]


def error(failure: Failure, message: str | None = None) -> JsonObject:
    kind, usual = _KINDS.get(failure.status, ("api_error", "Internal server error"))
    facts: JsonObject = {"type": kind, "message": message or usual, **failure.fields}
    return {"type": "error", "error": facts, "request_id": "req_scripted"}


def _blocks(reply: Reply, identity: str) -> list[JsonObject]:
    said: list[JsonObject] = [{"type": "text", "text": reply.say}] if reply.say else []
    return said + [
        {"type": "tool_use", "id": f"toolu_{identity}_{n}", "name": c.tool, "input": c.arguments}
        for n, c in enumerate(reply.calls)
    ]


def _block_events(index: int, block: JsonObject) -> list[Event]:
    if block["type"] == "text":
        empty: JsonObject = {"type": "text", "text": ""}
        delta: JsonObject = {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    return [
        _event("content_block_start", index=index, content_block=empty),
        _event("content_block_delta", index=index, delta=delta),
        _event("content_block_stop", index=index),
    ]


def _event(name: str, **data: Json) -> Event:
    return Event(name, {"type": name, **data})


def _usage(usage: Usage) -> JsonObject:
    return {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
