"""Measures what those cost that wait: a stream without events, and a run whose agents are busy."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

from cost import ORCHESTRATOR, SPEC_KITTY
from planned import SLUG, Planned, make_planned
from results import Result
from scale import Scale

# "About nothing": a thousandth of a processor is 86 seconds a day.
BUDGET_PERCENT = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")
_SETTLING_SECONDS = 3.0

_AGENT = "touch {started}\nexec sleep 600\n"


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Lets each wait for a while and adds up the CPU time of all its processes."""
    planned = make_planned(folder, 4)
    started = folder / "started"
    _configure(planned, folder, started)
    os.chdir(planned.folder)
    watch = _share(planned, planned.read("watch"), scale.idle_seconds)
    board = _share(planned, [SPEC_KITTY, "status", "--watch"], scale.idle_seconds)
    run = [ORCHESTRATOR, "orchestrate", "--feature", SLUG, "--json"]
    waiting = _share(planned, run, scale.idle_seconds, started)
    return [
        Result("watch without events", watch, "%", BUDGET_PERCENT),
        Result("status --watch without events", board, "%", BUDGET_PERCENT),
        Result("orchestrate while its agents work", waiting, "%", BUDGET_PERCENT),
    ]


def _configure(planned: Planned, folder: Path, started: Path) -> None:
    agent = folder / "agent.sh"
    agent.write_text(_AGENT.format(started=started))
    (planned.folder / ".kittify" / "orchestrator.toml").write_text(
        f'[run]\nimplementers = ["sleeper"]\nmax_concurrent = 4\n\n[agents.sleeper]\n'
        f'kind = "command"\ncommand = ["sh", {json.dumps(str(agent))}]\n'
    )
    planned.git("add", "--all")
    planned.git("commit", "--quiet", "--message", "Configure the orchestrator")


def _share(
    planned: Planned, argv: Sequence[str], seconds: float, ready: Path | None = None
) -> float:
    """Returns how much of one processor the command takes once it has settled, in percent."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(argv, env=planned.env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    reader = Thread(target=_read_away, args=(ours,), daemon=True)
    reader.start()
    try:
        _settle(child, ready)
        before, began = cpu_seconds(child.pid), time.monotonic()
        time.sleep(seconds)
        return (cpu_seconds(child.pid) - before) / (time.monotonic() - began) * 100
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=60)
        reader.join()
        os.close(ours)


def _read_away(descriptor: int) -> None:
    """Keeps the terminal from filling up, until nobody writes to it any more."""
    try:
        while os.read(descriptor, 1 << 16):
            pass
    except OSError:
        return


def _settle(child: subprocess.Popen[bytes], ready: Path | None) -> None:
    deadline = time.monotonic() + 60
    while ready is not None and not ready.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the run did not start an agent")
        time.sleep(0.05)
    time.sleep(_SETTLING_SECONDS)


def cpu_seconds(root: int) -> float:
    """Returns what a process and all its descendants have used, ended ones included."""
    parents: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            parents[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return (
        sum(ticks for each, (_, ticks) in parents.items() if _is_of(each, root, parents)) / _TICKS
    )


def _is_of(process: int, root: int, parents: Mapping[int, tuple[int, int]]) -> bool:
    while process != root and process in parents:
        process = parents[process][0]
    return process == root
