"""Takes a feature to the merge: orchestrator.py FEATURE AGENT REVIEWER. It remembers nothing.

AGENT and REVIEWER read a prompt in the workspace. The last line of REVIEWER is its verdict:
{"verdict": "approved"} or {"verdict": "changes_requested", "findings": [{"message": "..."}]}
"""

import json
import sys
from pathlib import Path
from subprocess import PIPE, SubprocessError, check_output, run
from typing import Any

FEATURE, AGENT, REVIEWER = sys.argv[1:]
NAME, HELD, MAX_ATTEMPTS = "example-orchestrator", ("in_progress", "for_review"), 4
POLICY = f"""{{"orchestrator_id": "{NAME}", "orchestrator_version": "1", "dangerous_flags": [],
    "agent_family": "scripted", "approval_mode": "full_auto", "sandbox_mode": "none",
    "network_mode": "open"}}"""
CALLER = ("--feature", FEATURE, "--actor", NAME, "--policy", POLICY)


def host(command: str, *words: str) -> Any:
    argv = ["spec-kitty", "orchestrator-api", command, *words]
    answer = json.loads(run(argv, stdout=PIPE, check=False).stdout)
    if not answer["success"]:
        raise SystemExit(f"{answer['error_code']}: {answer['data']['message']}")
    return answer["data"]


def work(command: str, place: Any, more: str) -> str:
    prompt = f"{Path(place['prompt_path']).read_text()}\n{more}\n"
    return check_output(command, shell=True, cwd=place["workspace_path"], input=prompt, text=True)


def take_step(package: Any, *wp: str) -> None:
    if package["attempt"] > MAX_ATTEMPTS:
        raise ValueError(f"{MAX_ATTEMPTS} attempts were not enough.")
    if package["lane"] != "for_review":
        place = host("start-implementation", *wp)
        work(AGENT, place, json.dumps({key: package[key] for key in ("findings", "conflicts")}))
        host("transition", *wp, "--to", "for_review", "--attempt", str(place["attempt"]))
        return
    place = host("start-review", *wp)
    verdict = work(REVIEWER, place, f"git diff {place['base_commit']}").splitlines()[-1]
    lane = "done" if json.loads(verdict)["verdict"] == "approved" else "in_progress"
    host("transition", *wp, "--to", lane, "--review-ref", NAME, "--evidence-json", verdict)


def is_due(package: Any) -> bool:
    return package["ready"] or (package["claimed_by"] == NAME and package["lane"] in HELD)


while packages := list(filter(is_due, host("feature-state", *CALLER[:2])["work_packages"])):
    wp = (*CALLER, "--wp", packages[0]["wp_id"])
    try:
        take_step(packages[0], *wp)
    except (SystemExit, ValueError, LookupError, TypeError, SubprocessError) as problem:
        if "INTEGRATION_CONFLICT" not in str(problem):
            host("transition", *wp, "--to", "blocked", "--note", str(problem))
host("accept-feature", *CALLER)
print(host("merge-feature", *CALLER)["merge_commit"])
