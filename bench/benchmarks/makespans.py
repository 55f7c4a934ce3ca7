"""Measures runs of the orchestrator: how long against the ideal, and what it costs itself.

The agents sleep for a second, so the ideal is what a schedule without any overhead would take:
every work package is one second of work and one of review. The makespan is the time from the
first agent's start to the last one's end.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from cost import FLOOR, ORCHESTRATOR, cpu_seconds
from planned import SLUG, Planned, make_planned
from results import Result
from scale import QUICK, Scale

PLACES = 4
CPU_BUDGET_SECONDS = 0.5
FLOOR_ROUNDS = 9

_AGENT = """
sleep 1
if [ "$SPEC_KITTY_ROLE" = review ]; then echo '{"verdict": "approved"}'
else echo done > "$SPEC_KITTY_WP.txt"; fi
"""


@dataclass(frozen=True)
class Shape:
    """Is a plan to run: packages in layers, each waiting for the whole layer before it."""

    name: str
    layers: int
    per_layer: int
    budget: float | None

    @property
    def count(self) -> int:
        return self.layers * self.per_layer

    @property
    def ideal_seconds(self) -> float:
        """Returns the shortest makespan: work and review of a layer fill the places in turn."""
        return self.layers * math.ceil(2 * self.per_layer / PLACES)


SHAPES = (
    Shape("8 packages", 1, 8, 1.10),
    Shape("20 packages", 1, 20, 1.10),
    Shape("50 packages", 1, 50, 1.05),
    Shape("5 layers of 4 packages", 5, 4, None),
)


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Runs each shape once, from its plan to the merge."""
    results: list[Result] = []
    for number, shape in enumerate(SHAPES[:1] if scale is QUICK else SHAPES):
        place = folder / str(number)
        place.mkdir()
        results += _run(_planned(place, shape), shape)
    return results


def _run(planned: Planned, shape: Shape) -> list[Result]:
    argv = [ORCHESTRATOR, "orchestrate", "--feature", SLUG, "--json"]
    began = time.monotonic()
    before = os.times()
    ended = subprocess.run(
        argv, cwd=planned.folder, env=planned.env, capture_output=True, text=True, check=False
    )
    after = os.times()
    if ended.returncode != 0:
        raise SystemExit(f"the run ended with {ended.returncode}: {ended.stderr[-2000:]}")
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    makespan = _times(events, "AttemptEnded", max) - _times(events, "AttemptStarted", min)
    cpu = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    whole = time.monotonic() - began
    floor = median(cpu_seconds(FLOOR, planned.env) for _ in range(FLOOR_ROUNDS))
    return [
        Result(
            f"{shape.name}: makespan / the ideal one",
            makespan / shape.ideal_seconds,
            budget=shape.budget,
            note=f"{makespan:.1f} s of {shape.ideal_seconds:.0f} s; {whole:.1f} s in all",
        ),
        Result(
            f"{shape.name}: CPU a package, host calls included",
            cpu / shape.count,
            "s",
            CPU_BUDGET_SECONDS,
            f"{cpu / shape.count / floor:.0f} floors",
        ),
    ]


def _times(
    events: list[dict[str, object]], kind: str, pick: Callable[[list[float]], float]
) -> float:
    return pick([float(str(event["at"])) for event in events if event["type"] == kind])


def _planned(folder: Path, shape: Shape) -> Planned:
    planned = make_planned(folder, shape.count, shape.per_layer)
    agent = folder / "agent.sh"
    agent.write_text(_AGENT)
    (planned.folder / ".kittify" / "orchestrator.toml").write_text(
        f'[run]\nimplementers = ["sleeper"]\nmax_concurrent = {PLACES}\n\n[agents.sleeper]\n'
        f'kind = "command"\ncommand = ["sh", {json.dumps(str(agent))}]\n'
    )
    planned.git("add", "--all")
    planned.git("commit", "--quiet", "--message", "Configure the orchestrator")
    return planned
