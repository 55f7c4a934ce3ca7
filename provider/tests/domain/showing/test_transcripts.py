"""What agents printed, as people read it."""

from __future__ import annotations

import json

import pytest

from spec_kitty_orchestrator.domain.showing.transcripts import TranscriptReader


def read(*messages: object) -> list[str]:
    reader = TranscriptReader()
    shown = [line for each in messages for line in reader.read(json.dumps(each))]
    return shown + reader.flush()


def speech(*blocks: object) -> object:
    return {"type": "assistant", "message": {"content": list(blocks)}}


def chunk(text: str) -> object:
    update = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}
    return {"jsonrpc": "2.0", "method": "session/update", "params": {"update": update}}


def update(kind: str, **more: object) -> object:
    told = {"sessionUpdate": kind, **more}
    return {"jsonrpc": "2.0", "method": "session/update", "params": {"update": told}}


def item(moment: str, **more: object) -> object:
    return {"type": f"item.{moment}", "item": more}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"type": "system", "subtype": "init", "model": "opus"}, ["# opus"]),
        (
            speech({"type": "text", "text": "I look.\n\n  Then I purr."}),
            ["I look.", "  Then I purr."],
        ),
        (
            speech({"type": "tool_use", "name": "Bash", "input": {"command": "ls\n-l"}}),
            ["> Bash ls -l"],
        ),
        (
            {"type": "user", "message": {"content": [{"type": "tool_result", "content": "fine"}]}},
            [],
        ),
        (
            {
                "type": "user",
                "message": {
                    "content": [
                        {"type": "tool_result", "is_error": True, "content": "No such file"}
                    ]
                },
            },
            ["! No such file"],
        ),
        ({"type": "result", "subtype": "success", "result": "Done.\nAll of it."}, ["= Done."]),
        ({"type": "control_request", "request": {}}, []),
    ],
)
def test_the_words_of_claude_code(message: object, shown: list[str]) -> None:
    assert read(message) == shown


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"type": "thread.started", "thread_id": "1"}, []),
        (item("completed", type="agent_message", text="Done."), ["Done."]),
        (item("started", type="command_execution", command="pytest -q"), ["> pytest -q"]),
        (item("completed", type="command_execution", command="a", exit_code=0), []),
        (
            item("completed", type="command_execution", exit_code=2, aggregated_output="a\nb\n"),
            ["! exit status 2: b"],
        ),
        (
            item("completed", type="file_change", changes=[{"path": "a.py"}, {"path": "b.py"}]),
            ["> changed a.py, b.py"],
        ),
        ({"type": "turn.failed", "error": {"message": "429"}}, ["! 429"]),
        ({"type": "error", "message": "Reconnecting"}, ["! Reconnecting"]),
    ],
)
def test_the_words_of_codex(message: object, shown: list[str]) -> None:
    assert read(message) == shown


def test_an_acp_agent_that_speaks_in_pieces_is_read_in_lines() -> None:
    told = read(
        chunk("I loo"),
        update("agent_thought_chunk", content={"text": "hm"}),
        chunk("k.\nThen"),
        update("tool_call", title="Read cat.py", status="pending"),
        chunk("Done."),
    )
    assert told == ["I look.", "Then", "> Read cat.py", "Done."]


def test_an_acp_agent_that_asks_or_fails_is_marked() -> None:
    asks = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "session/request_permission",
        "params": {"toolCall": {"title": "rm -r build"}},
    }
    fails = {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "Not signed in"}}
    assert read(asks, fails) == ["? rm -r build", "! Not signed in"]


@pytest.mark.parametrize(
    "line", ["Working on it", '{"kind": "mine", "n": 1}', "[1, 2]", '"text"', "{broken"]
)
def test_what_is_not_known_is_shown_as_it_is(line: str) -> None:
    assert TranscriptReader().read(line) == [line]


def test_control_characters_do_not_reach_the_terminal() -> None:
    wild = "a\x1b[2Jb\x9bc"
    shown = [*TranscriptReader().read(wild), *read(speech({"type": "text", "text": wild}))]
    assert shown == ["a\ufffd[2Jb\ufffdc", "a\ufffd[2Jb\ufffdc"]


@pytest.mark.parametrize(
    "message", [{"type": []}, {"type": "assistant", "message": 3}, {"params": 1}]
)
def test_a_message_of_a_strange_shape_breaks_nothing(message: object) -> None:
    assert isinstance(read(message), list)
