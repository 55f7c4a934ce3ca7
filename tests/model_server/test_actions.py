"""Checks that one action becomes a call of whatever tool the agent has for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from model_server import Bash, Call, Edit, Read, Write
from model_server.actions import NoToolError, tool_call
from model_server.dialogue import ToolCall, Tools
from model_server.script import Action

_CLAUDE_CODE: Tools = {"Bash": {}, "Edit": {}, "Read": {}, "Write": {}}
_CODEX: Tools = {"exec_command": {}, "apply_patch": None}
_SHELL: Tools = {"shell": {}}

_ADDED = "*** Begin Patch\n*** Add File: a/b.py\n+x = 1\n+y = 2\n*** End Patch"
_UPDATED = "*** Begin Patch\n*** Update File: b.py\n@@\n-x = 1\n+x = 2\n+y = 3\n*** End Patch"

_CALLS: list[tuple[Action, Tools, ToolCall]] = [
    (Bash("ls"), _CLAUDE_CODE, ToolCall("Bash", {"command": "ls", "description": "Run a command"})),
    (Bash("ls"), _CODEX, ToolCall("exec_command", {"cmd": "ls"})),
    (Bash("ls"), {"shell_command": {}}, ToolCall("shell_command", {"command": "ls"})),
    (Bash("ls"), _SHELL, ToolCall("shell", {"command": ["bash", "-lc", "ls"]})),
    (Read("b.py"), _CLAUDE_CODE, ToolCall("Read", {"file_path": "b.py"})),
    (Read("b c.py"), _CODEX, ToolCall("exec_command", {"cmd": "cat 'b c.py'"})),
    (
        Write("a/b.py", "x = 1\n"),
        _CLAUDE_CODE,
        ToolCall("Write", {"file_path": "a/b.py", "content": "x = 1\n"}),
    ),
    (Write("a/b.py", "x = 1\ny = 2\n"), _CODEX, ToolCall("apply_patch", _ADDED)),
    (
        Edit("b.py", "x = 1\n", "x = 2\n"),
        _CLAUDE_CODE,
        ToolCall("Edit", {"file_path": "b.py", "old_string": "x = 1\n", "new_string": "x = 2\n"}),
    ),
    (Edit("b.py", "x = 1\n", "x = 2\ny = 3\n"), _CODEX, ToolCall("apply_patch", _UPDATED)),
    (Call("mcp__host__ask", {"a": 1}), _CODEX, ToolCall("mcp__host__ask", {"a": 1})),
]


@pytest.mark.parametrize(("action", "tools", "call"), _CALLS)
def test_an_action_becomes_a_call_of_the_agents_tool(
    action: Action, tools: Tools, call: ToolCall
) -> None:
    assert tool_call(action, tools) == call


def test_an_agent_with_a_shell_alone_writes_and_edits_through_it(tmp_path: Path) -> None:
    text = "it's\n\\n $x `y`\n"

    _run(tool_call(Write("a b/c.txt", text), _SHELL), tmp_path)
    _run(tool_call(Edit("a b/c.txt", "it's\n", 'it "was"\n'), _SHELL), tmp_path)

    assert (tmp_path / "a b/c.txt").read_text() == 'it "was"\n\\n $x `y`\n'


def _run(call: ToolCall, folder: Path) -> None:
    assert not isinstance(call.arguments, str)
    words = call.arguments["command"]
    assert isinstance(words, list)
    subprocess.run([str(word) for word in words], cwd=folder, check=True)


def test_an_action_without_a_tool_is_refused() -> None:
    with pytest.raises(NoToolError, match=r"No tool runs a command among: Read\."):
        tool_call(Bash("ls"), {"Read": {}})
