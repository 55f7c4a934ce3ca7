"""Runs features with the real orchestrator, the real host and small scripted agents."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SLUG = "034-cats"
PROGRAMS = Path(sys.executable).parent
PATIENCE_SECONDS = 60.0

# Works as an agent would: it edits a file named after its work package, and approves what it
# reviews. `$1` is how long it takes for that.
AGENT = """
sleep "${1:-0}"
if [ "$SPEC_KITTY_ROLE" = review ]; then
    test -f "$SPEC_KITTY_WP.txt" && echo '{"verdict": "approved"}'
else
    echo "$SPEC_KITTY_ATTEMPT" > "$SPEC_KITTY_WP.txt"
fi
"""


@dataclass
class Project:
    """Is a repository with a planned feature, and the commands that work on it."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def git(self, *words: str) -> str:
        return self._run("git", *words).stdout

    def kitty(self, *words: str) -> str:
        return self._run(str(PROGRAMS / "spec-kitty"), *words).stdout

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=self.folder, env=self.env, capture_output=True, text=True, check=True
        )

    def configure(self, agent: str = AGENT, seconds: float = 0, run: str = "") -> None:
        """Writes what the agent does and how runs go."""
        script = self.folder.parent / "agent.sh"
        script.write_text(agent)
        command = json.dumps(["sh", str(script), str(seconds)])
        (self.folder / ".kittify" / "orchestrator.toml").write_text(
            f'[run]\nimplementers = ["scripted"]\n{run}\n'
            f'[agents.scripted]\nkind = "command"\ncommand = {command}\n'
        )

    def command(self, name: str, *words: str) -> list[str]:
        program = str(PROGRAMS / "spec-kitty-orchestrator")
        return [program, name, "--feature", SLUG, *words]

    def orchestrate(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.call("orchestrate", *words)

    def call(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the orchestrator to its end, whatever that is."""
        return subprocess.run(
            self.command(name, *words),
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @contextmanager
    def running(self, name: str, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Has a command going on meanwhile; what is left of it at the end is killed."""
        with self._output.open("w") as output:
            process = subprocess.Popen(
                self.command(name, *words),
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @property
    def _output(self) -> Path:
        return self.folder.parent / "output.txt"

    def printed(self) -> str:
        """Returns what the command that goes on printed so far."""
        return self._output.read_text()

    def state(self) -> dict[str, object]:
        printed = self.kitty("orchestrator-api", "feature-state", "--feature", SLUG)
        data: dict[str, object] = json.loads(printed)["data"]
        return data

    def lanes(self) -> dict[str, str]:
        packages = self.state()["work_packages"]
        assert isinstance(packages, list)
        return {each["wp_id"]: each["lane"] for each in packages}

    def events(self) -> list[tuple[str, str | None]]:
        """Returns the journal as pairs of type and work package."""
        printed = self.kitty("orchestrator-api", "history", "--feature", SLUG)
        return [(each["type"], each["wp_id"]) for each in json.loads(printed)["data"]["events"]]

    def records(self) -> list[dict[str, object]]:
        """Returns what the newest run wrote down so far."""
        logs = sorted(self._runs().glob("*/records.jsonl"))
        lines = logs[-1].read_bytes().split(b"\n")[:-1] if logs else []
        return [json.loads(line) for line in lines]

    def _runs(self) -> Path:
        return self.folder / ".git" / "spec-kitty-orchestrator" / "runs"

    def processes(self) -> list[str]:
        """Returns the command lines of all processes that a run of this project started."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                marked = b"SPEC_KITTY_RUN=run-" in (place / "environ").read_bytes()
                line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                here = str(self.folder.parent) in os.readlink(place / "cwd")
            except OSError:
                continue
            if marked and (here or str(self.folder.parent) in line):
                found.append(line)
        return found


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Waits for a condition. Raises AssertionError if it does not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come in {PATIENCE_SECONDS:.0f} s"
        time.sleep(0.02)


def make_project(folder: Path, *packages: str) -> Project:
    """Makes a project whose feature has work packages such as `WP02 WP01`: id, dependencies."""
    project = Project(folder / "cats", _environment(folder))
    tasks = project.folder / "kitty-specs" / SLUG / "tasks"
    tasks.mkdir(parents=True)
    for line in packages:
        name, *waits = line.split()
        head = f"work_package_id: {name}\ntitle: Part {name}\ndependencies: {json.dumps(waits)}\n"
        (tasks / f"{name}-part.md").write_text(f"---\n{head}---\nWrite {name}.txt.\n")
    (project.folder / ".kittify").mkdir()
    (project.folder / ".kittify" / "config.toml").touch()
    (project.folder / ".gitignore").write_text(".kittify/orchestrator.toml\n")
    project.configure()
    for words in (
        "init --quiet --initial-branch=main",
        "config user.name Ada",
        "config user.email ada@example.org",
        "add --all",
        "commit --quiet --message Plan",
    ):
        project.git(*words.split())
    return project


def kill(process: subprocess.Popen[str]) -> None:
    """Kills an orchestrator as a machine would: this one process, with no warning."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    home = folder / "person"
    home.mkdir()
    return {
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LANG": "C.UTF-8",
    }
