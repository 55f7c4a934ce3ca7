"""A provider in one file: it takes a feature from its plan to the merge with two commands.

    provider.py FEATURE AGENT REVIEWER

AGENT gets a work package's text on standard input and does the work in the current folder.
REVIEWER gets the same there and prints its verdict as JSON on the last line:

    {"verdict": "approved"}
    {"verdict": "changes_requested", "findings": [{"message": "..."}]}

It works on one package at a time and keeps no state of its own: the host knows everything. Calls
that change something carry a key, so that one whose answer was lost can be made again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

NAME, RUN = "example-provider", "run-1"
MAX_ATTEMPTS = 3
POLICY = {
    "orchestrator_id": NAME,
    "orchestrator_version": "0.1.0",
    "agent_family": "scripted",
    "approval_mode": "full_auto",
    "sandbox_mode": "none",
    "network_mode": "open",
    "dangerous_flags": [],
}
Data = dict[str, Any]


class Refused(Exception):
    """The host said no; `code` says why, `data` has the facts."""

    def __init__(self, code: str, data: Data) -> None:
        super().__init__(f"{code}: {data['message']}")
        self.code = code


def host(command: str, feature: str, *words: str) -> Data:
    """Calls the host and returns the data of its answer. Raises Refused."""
    argv = ["spec-kitty", "orchestrator-api", command, "--feature", feature, *words]
    answer = json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=False).stdout)
    data: Data = answer["data"]
    if not answer["success"]:
        raise Refused(answer["error_code"], data)
    return data


def act(command: str, feature: str, step: str, *words: str) -> Data:
    """Calls a command that changes something, under a key that names the step."""
    about = ("--actor", NAME, "--policy", json.dumps(POLICY), "--idempotency-key", f"{RUN}/{step}")
    return host(command, feature, *about, *words)


def run(feature: str, agent: str, reviewer: str) -> None:
    """Works until nothing can start any more, then delivers the feature."""
    while ready := host("list-ready", feature)["ready_work_packages"]:
        finish(feature, ready[0]["wp_id"], agent, reviewer)
    act("accept-feature", feature, "accept")
    print(act("merge-feature", feature, "merge")["merge_commit"])


def finish(feature: str, package: str, agent: str, reviewer: str) -> None:
    """Takes one work package to done, or blocks it after so many attempts."""
    wp, holder = ("--wp", package), ("--run-id", RUN, "--agent", "scripted")
    for number in range(1, MAX_ATTEMPTS + 1):
        # Starting what this run holds already changes nothing, and names the attempt.
        place = act("start-implementation", feature, f"{package}/start-{number}", *wp, *holder)
        work(agent, place)
        if submit_and_review(feature, package, place, reviewer):
            print(f"{package}: done at attempt {place['attempt']}")
            return
    reason = f"Not approved in {MAX_ATTEMPTS} attempts."
    act("transition", feature, f"{package}/block", *wp, "--to", "blocked", "--note", reason)


def submit_and_review(feature: str, package: str, place: Data, reviewer: str) -> bool:
    """Submits the work and asks for a verdict; False means another attempt is due."""
    wp, step = ("--wp", package), f"{package}/{place['attempt']}"
    fence = ("--attempt", str(place["attempt"]))
    act("transition", feature, f"{step}/submit", *wp, "--to", "for_review", *fence)
    act("start-review", feature, f"{step}/review", *wp, "--agent", "scripted-reviewer")
    verdict = work(reviewer, place).splitlines()[-1]
    lane = "done" if json.loads(verdict)["verdict"] == "approved" else "in_progress"
    said = ("--to", lane, "--review-ref", f"{step}/verdict", "--evidence-json", verdict)
    try:
        act("transition", feature, f"{step}/verdict", *wp, *said)
    except Refused as no:
        if no.code != "INTEGRATION_CONFLICT":
            raise
        lane = "in_progress"  # The host has laid the conflict out in the workspace.
    return lane == "done"


def work(command: str, place: Data) -> str:
    """Runs a command in the workspace with the prompt as its input; returns what it prints."""
    prompt = Path(place["prompt_path"]).read_text()
    return subprocess.run(
        command, shell=True, cwd=place["workspace_path"], input=prompt, text=True,
        stdout=subprocess.PIPE, check=True,
    ).stdout  # fmt: skip


if __name__ == "__main__":
    try:
        run(*sys.argv[1:])
    except Refused as refusal:
        sys.exit(f"{NAME}: {refusal}")
