"""Is an agent whose tool gets away: out of its group and session, its environment, its parent.

The tool ignores SIGTERM and is `sleep WORD`. Words: FILE that appears when it is away, the WORD to
know it by, and what the agent does then: `stay` (says `deaf` to SIGTERM), `obey`, `leave`.
"""

import os
import signal
import sys
import time
from pathlib import Path

_SECONDS = 600


def main(away: Path, word: str, then: str) -> None:
    if os.fork() == 0:
        _get_away(away, word)
    while not away.exists():
        time.sleep(0.005)
    if then == "stay":
        signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"deaf\n"))
    if then == "obey":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    print("away", flush=True)
    if then != "leave":
        time.sleep(_SECONDS)


def _get_away(away: Path, word: str) -> None:
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    away.touch()
    os.execve("/bin/sh", ["sh", "-c", f": {word}; sleep {_SECONDS}; true"], {"PATH": os.defpath})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
