"""Owns how what an agent printed is told to people: one line of its output in, lines of text out.

It knows the shapes of the streams that agents print; what it does not know is shown as it is.
Nothing is decided by this: how an attempt went is read by the adapters.
"""

import json
from collections.abc import Mapping, Sequence

from spec_kitty_orchestrator.domain.showing.telling import one_line, printable

Fields = Mapping[str, object]

# What a tool is used on stands under one of these names.
_TOLD_OF = ("command", "cmd", "file_path", "notebook_path", "path", "pattern", "query", "url")
_MAX_TOLD = 200


class TranscriptReader:
    """Reads a transcript line by line; agents that speak in pieces are put together again."""

    def __init__(self) -> None:
        self._piece = ""

    def read(self, line: str) -> list[str]:
        """Returns the lines that people read for one line of the transcript."""
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            return [*self.flush(), *_lines(line)]
        update = _fields(_fields(given.get("params")).get("update"))
        if update.get("sessionUpdate") == "agent_message_chunk":
            return self._say(_text(_fields(update.get("content")).get("text")))
        known = _shown(given)
        if known == []:
            return []
        return [*self.flush(), *(known if known is not None else _lines(line))]

    def flush(self) -> list[str]:
        """Returns what was said last and has no end of line yet."""
        piece, self._piece = self._piece, ""
        return _lines(piece)

    def _say(self, piece: str) -> list[str]:
        whole, _, self._piece = (self._piece + piece).rpartition("\n")
        return _lines(whole)


def _shown(given: Fields) -> list[str] | None:
    """Returns what a message comes to, None for one of an unknown shape."""
    if "jsonrpc" in given:
        return _rpc(given)
    match given.get("type"):
        case "system":
            return _system(given)
        case "assistant" | "user":
            content = _fields(given.get("message")).get("content")
            blocks = [_fields(each) for each in _items(content)]
            spoken = _lines(content) if isinstance(content, str) else []
            return [*spoken, *(line for block in blocks for line in _block(block))]
        case "result":
            said = _text(given.get("result")) or _text(given.get("subtype"))
            return [f"= {line}" for line in _lines(said)[:1]]
        case "control_request" | "control_response" | "rate_limit_event" | "stream_event":
            return []
        case "thread.started" | "turn.started" | "turn.completed" | "item.updated":
            return []
        case "item.started" | "item.completed" as moment:
            return _item(_fields(given.get("item")), moment == "item.completed")
        case "turn.failed":
            return _mark("!", _fields(given.get("error")).get("message"))
        case "error" if isinstance(given.get("message"), str):
            return _mark("!", given.get("message"))
        case _:
            return None


def _system(given: Fields) -> list[str]:
    if given.get("subtype") == "init":
        return [one_line(f"# {_text(given.get('model')) or 'a model'}")]
    if given.get("subtype") == "api_retry":
        return _mark("!", f"waits for another try ({_text(given.get('error'))})")
    return []


def _block(block: Fields) -> list[str]:
    match block.get("type"):
        case "text":
            return _lines(_text(block.get("text")))
        case "tool_use":
            return [_doing(_text(block.get("name")), _fields(block.get("input")))]
        case "tool_result" if block.get("is_error") is True:
            return _mark("!", _said(block.get("content")))
        case _:
            return []


def _item(item: Fields, is_complete: bool) -> list[str]:
    match item.get("type"):
        case "agent_message" if is_complete:
            return _lines(_text(item.get("text")))
        case "command_execution" if not is_complete:
            return _mark(">", item.get("command"))
        case "command_execution":
            status = item.get("exit_code")
            output = _lines(_text(item.get("aggregated_output")))[-1:]
            return [] if not status else [f"! exit status {status}: {''.join(output)}"]
        case "file_change" if is_complete:
            changes = [_fields(each) for each in _items(item.get("changes"))]
            paths = ", ".join(_text(each.get("path")) for each in changes)
            return _mark(">", f"changed {paths}")
        case "mcp_tool_call" | "web_search" if not is_complete:
            return [_doing(_text(item.get("tool")) or "search", item)]
        case "error":
            return _mark("!", item.get("message"))
        case _:
            return []


def _rpc(given: Fields) -> list[str]:
    error = _fields(given.get("error"))
    if error:
        return _mark("!", error.get("message"))
    parameters = _fields(given.get("params"))
    if given.get("method") == "session/request_permission":
        return _mark("?", _fields(parameters.get("toolCall")).get("title") or "asks for permission")
    if given.get("method") != "session/update":
        return []
    update = _fields(parameters.get("update"))
    match update.get("sessionUpdate"):
        case "tool_call":
            return _mark(">", update.get("title"))
        case "tool_call_update" if update.get("status") == "failed":
            return _mark("!", update.get("title") or "a tool failed")
        case "plan":
            steps = [_fields(each) for each in _items(update.get("entries"))]
            return _mark("#", "; ".join(_text(step.get("content")) for step in steps))
        case _:
            return []


def _doing(name: str, given: Fields) -> str:
    what = next((_said(given[key]) for key in _TOLD_OF if given.get(key)), "")
    return one_line(f"> {name} {what}")[:_MAX_TOLD]


def _mark(sign: str, said: object) -> list[str]:
    line = one_line(_said(said))
    return [f"{sign} {line}"[:_MAX_TOLD]] if line else []


def _said(value: object) -> str:
    """Returns text, the words of a command, or the texts of blocks."""
    if isinstance(value, str):
        return value
    words = (each if isinstance(each, str) else _fields(each).get("text") for each in _items(value))
    return " ".join(_text(word) for word in words)


def _lines(text: str) -> list[str]:
    return [printable(line) for line in text.splitlines() if line.strip()]


def _fields(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
