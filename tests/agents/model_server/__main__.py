"""Serves scenarios to agents that are started by hand, until Ctrl-C."""

from __future__ import annotations

import runpy
import sys
from threading import Event

from model_server.script import Bash, Edit, Scenario, Turn, scenario
from model_server.server import ModelServer

_USAGE = """\
Usage: python -m model_server PORT [FILE.py]

FILE.py defines SCENARIOS, a dictionary of names to scenarios. Without it one is played, `example`:
it says hello in a file and commits that."""

EXAMPLE = scenario(
    Turn(do=(Bash("echo hallo >hello.txt"),)),
    Turn(do=(Bash("cat hello.txt"),)),
    Turn(do=(Edit("hello.txt", "hallo", "hello"),)),
    Turn(do=(Bash("git add hello.txt && git commit -m 'Say hello'"),)),
    Turn(say="The file says hello."),
)


def main(words: list[str]) -> int:
    if not words or not words[0].isdigit() or len(words) > 2:
        print(_USAGE, file=sys.stderr)
        return 2
    scenarios = _scenarios(words[1]) if words[1:] else {"example": EXAMPLE}
    with ModelServer(int(words[0])) as server:
        for name, played in scenarios.items():
            print(server.play(name, played), flush=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _scenarios(file: str) -> dict[str, Scenario]:
    found = runpy.run_path(file)["SCENARIOS"]
    assert isinstance(found, dict)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
