"""Maps actions onto the tools that the asking agent declares.

Known are the tools of Claude Code (`Write`, `Edit`, `Read`, `Bash`) and of Codex (`exec_command`,
`shell_command`, `shell`, and `apply_patch` as a free text). An agent without a tool for files gets
a shell command.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import assert_never

from model_server.dialogue import ToolCall, Tools
from model_server.script import Action, Bash, Call, Edit, Read, Write
from model_server.values import JsonObject

_SHELLS: dict[str, Callable[[str], JsonObject]] = {
    "Bash": lambda command: {"command": command, "description": "Run a command"},
    "exec_command": lambda command: {"cmd": command},
    "shell_command": lambda command: {"command": command},
    "shell": lambda command: {"command": ["bash", "-lc", command]},
}

_REPLACE = (
    "import sys; path, old, new = sys.argv[1:]; text = open(path).read(); "
    "assert old in text; open(path, 'w').write(text.replace(old, new, 1))"
)


class NoToolError(Exception):
    """The agent declares no tool for an action."""


def tool_call(action: Action, tools: Tools) -> ToolCall:
    """Returns the call that does the action; raises NoToolError where no tool can."""
    match action:
        case Bash(command):
            return _shell(command, tools)
        case Read(path):
            return _read(path, tools)
        case Write():
            return _write(action, tools)
        case Edit():
            return _edit(action, tools)
        case Call(tool, arguments):
            return ToolCall(tool, arguments)
        case _:
            assert_never(action)


def _shell(command: str, tools: Tools) -> ToolCall:
    for name, arguments in _SHELLS.items():
        if name in tools:
            return ToolCall(name, arguments(command))
    raise NoToolError(f"No tool runs a command among: {', '.join(tools)}.")


def _read(path: str, tools: Tools) -> ToolCall:
    if "Read" in tools:
        return ToolCall("Read", {"file_path": path})
    return _shell(f"cat {shlex.quote(path)}", tools)


def _write(action: Write, tools: Tools) -> ToolCall:
    if "Write" in tools:
        return ToolCall("Write", {"file_path": action.path, "content": action.content})
    if _patches(tools):
        return _patch(f"*** Add File: {action.path}\n{_marked('+', action.content)}")
    folder, file = shlex.quote(str(PurePosixPath(action.path).parent)), shlex.quote(action.path)
    return _shell(
        f"mkdir -p {folder} && printf %s {shlex.quote(action.content)} >{file}",
        tools,
    )


def _edit(action: Edit, tools: Tools) -> ToolCall:
    if "Edit" in tools:
        return ToolCall(
            "Edit",
            {"file_path": action.path, "old_string": action.old, "new_string": action.new},
        )
    if _patches(tools):
        lines = _marked("-", action.old) + _marked("+", action.new)
        return _patch(f"*** Update File: {action.path}\n@@\n{lines}")
    words = ["python3", "-c", _REPLACE, action.path, action.old, action.new]
    return _shell(shlex.join(words), tools)


def _patches(tools: Tools) -> bool:
    return "apply_patch" in tools and tools["apply_patch"] is None


def _patch(body: str) -> ToolCall:
    return ToolCall("apply_patch", f"*** Begin Patch\n{body}*** End Patch")


def _marked(mark: str, text: str) -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())
