"""Is a small orchestrator for tests that kill it: runs one agent, says `working` once it talks.

Words: a folder for everything, the name of the run, then the agent's command.
"""

import asyncio
import os
import sys
from pathlib import Path

from agent_stories import Plain, assignment_for
from spec_kitty_orchestrator.adapters.running import AgentRunner
from spec_kitty_orchestrator.domain.agents import Kind


def main(folder: Path, run_id: str, command: tuple[str, ...]) -> None:
    assignment = assignment_for(folder, *command, run_id=run_id)
    adapters = {Kind.COMMAND: Plain(lambda line: print("working", line, flush=True))}
    runner = AgentRunner(folder / "run", folder / "state", adapters, os.environ, "1.0.0")
    asyncio.run(runner.work(assignment, lambda _: None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], tuple(sys.argv[3:]))
