"""Owns what Claude Code's own commands see: not what signs it in.

It hands its environment on to every command, and what a command prints goes into transcripts and
to the model. A command that means to can still find the keys: this is no sandbox.
"""

from collections.abc import Sequence

# The script that it runs before each command, named by CLAUDE_ENV_FILE; by its path in the home.
BEFORE_COMMANDS = ".claude/before-commands.sh"


def without(names: Sequence[str]) -> str:
    """Returns the script that takes variables away."""
    return f"unset {' '.join(names)}\n"
