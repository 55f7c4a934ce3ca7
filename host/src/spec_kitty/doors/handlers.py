"""Owns the way from a read call to what answers it; each kind is imported when it is called."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from spec_kitty.application.host import Host
    from spec_kitty.doors.commands import Command
    from spec_kitty.doors.reading import Arguments

    Data = dict[str, Any]


def handle(command: Command, arguments: Arguments, open_host: Callable[[], Host]) -> Data:
    """Answers a call. Raises Refusal."""
    if command.name == "contract-version":
        from spec_kitty.doors.versions import contract_version

        return contract_version(arguments)
    if command.name == "schema":
        from spec_kitty.doors.schemas import schema_document

        return schema_document()
    if not command.changes_state:
        from spec_kitty.doors.reads import read

        host = open_host()
        try:
            return read(command.name, arguments, host)
        finally:
            host.close()
    from spec_kitty.doors.changes import change, policy_of

    # Looked at first: a call with a policy that is not one is not worth opening a repository.
    policy = policy_of(arguments)
    host = open_host()
    try:
        return change(command.name, arguments, policy, host)
    finally:
        host.close()
