"""A coding agent that follows a script, for the demo and for tests; it needs no key, no network.

It is started as any command agent is: the prompt on standard input, the workspace (as reviewer
a copy of it) as current folder, SPEC_KITTY_ROLE and SPEC_KITTY_WP set. What it writes and asks
lies in `library/`. It remembers nothing: verdicts come from running, findings from the prompt.

    scripted_agent.py [SECONDS]    how long to seem busy; else SCRIPTED_AGENT_SECONDS, else 1.5
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TypedDict

MATERIAL = Path(__file__).resolve().parent / "library"
# A call says about so many things, and takes its time after each.
STEPS = 6
TIMEOUT_SECONDS = 60
Finding = dict[str, str | int]


class Probe(TypedDict):
    asks: str
    command: list[str]  # what Python is given
    prints: str  # the last line of what it must print
    finding: Finding  # if it prints something else


def main() -> int:
    """Does what the role says and returns the exit status."""
    prompt, package = sys.stdin.read(), os.environ.get("SPEC_KITTY_WP", "")
    if not (MATERIAL / "reviews" / f"{package}.json").is_file():
        sys.exit(f"The script has no work package '{package}'. Set SPEC_KITTY_WP, say to WP01.")
    role = os.environ.get("SPEC_KITTY_ROLE")
    if role == "implement":
        return implement(package, prompt)
    if role == "review":
        return review(package)
    sys.exit("The script knows two roles. Set SPEC_KITTY_ROLE to implement or review.")


def implement(package: str, prompt: str) -> int:
    """Writes, tests and commits; work whose tests fail in the end is a failure."""
    tell(f"{package}: reads the task")
    merged = MATERIAL / "work" / f"{package}-merged"
    version = choose(package, prompt)
    passed = write(version) if version else check()
    if not passed and merged.is_dir():
        tell("another work package wrote here too; keeps both sides")
        version, passed = merged, write(merged)
    if passed and version:
        commit(package, version)
    tell(f"{package}: finished" if passed else f"{package}: gives up, as the tests fail")
    return 0 if passed else 1


def choose(package: str, prompt: str) -> Path | None:
    """Returns the folder to write from, None if the workspace holds the work already."""
    first, reworked = (MATERIAL / "work" / f"{package}{state}" for state in ("", "-reworked"))
    findings = [str(probe["finding"]["id"]) for probe in probes(package)]
    if reworked.is_dir() and all(finding in prompt for finding in findings):
        tell(f"answers {', '.join(findings)}")
        return reworked
    return first if any(not file.exists() for file in files(first)) else None


def write(version: Path) -> bool:
    """Writes the tests, sees them fail, writes the rest; returns whether they pass then."""
    for place, file in enumerate(files(version)):
        if place == 1:  # Each version has its test file first, if it has one.
            check()
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(version / file, file)
        tell(f"writes {file}")
    return check()


def commit(package: str, version: Path) -> None:
    """Commits; every second work package leaves its last file to the host."""
    chosen = [str(file) for file in files(version)]
    if int(package[2:]) % 2 == 0:
        chosen.pop()
    lines = (["add", "--", *chosen], ["commit", "--quiet", "-m", f"Work on {version.name}"])
    made = all(subprocess.run(["git", *line], check=False).returncode == 0 for line in lines)
    tell(f"commits {', '.join(chosen)}" if made else "leaves the commit to the host")


def review(package: str) -> int:
    """Runs the tests and every probe, and prints the verdict that follows from them."""
    tell(f"{package}: reads the changes")
    found: list[Finding] = [] if check() else [{"id": "F0-tests", "message": "The tests fail."}]
    for probe in probes(package):
        _, said = run(probe["command"])
        tell(f"asks for {probe['asks']}, gets {said}")
        if said != probe["prints"]:
            message = f"{probe['finding']['message']} It gives: {said}"
            found.append({**probe["finding"], "message": message})
    word = "changes_requested" if found else "approved"
    summary = "Some of what was asked does not work." if found else "All that was asked works."
    verdict = {"verdict": word, "summary": summary, "findings": found}
    print(f"```json\n{json.dumps(verdict, indent=2, ensure_ascii=False)}\n```", flush=True)
    return 0


def probes(package: str) -> list[Probe]:
    text = (MATERIAL / "reviews" / f"{package}.json").read_text(encoding="utf-8")
    return json.loads(text)["probes"]  # type: ignore[no-any-return]  # the file is ours


def files(version: Path) -> list[Path]:
    """Returns the files of a folder by their place in the workspace, tests first."""
    found = [file.relative_to(version) for file in version.rglob("*") if file.is_file()]
    return sorted(found, key=lambda file: (file.parts[0] != "tests", file))


def check() -> bool:
    """Runs the tests of the whole workspace."""
    passed, said = run(["-m", "unittest"])
    tell(f"runs the tests: {said}")
    return passed


def run(arguments: list[str]) -> tuple[bool, str]:
    """Runs Python here; returns whether it ended well, and the last line that it printed."""
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", *arguments], capture_output=True, encoding="utf-8",
        timeout=TIMEOUT_SECONDS, check=False,
    )  # fmt: skip
    lines = (ended.stdout or ended.stderr).splitlines()
    return ended.returncode == 0, lines[-1] if lines else "nothing"


def tell(text: str) -> None:
    """Says what happens, and takes its time."""
    print(text, flush=True)
    seconds = sys.argv[1] if sys.argv[1:] else os.environ.get("SCRIPTED_AGENT_SECONDS", "1.5")
    time.sleep(float(seconds) / STEPS)


if __name__ == "__main__":
    sys.exit(main())
