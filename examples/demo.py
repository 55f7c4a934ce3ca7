"""Plays one feature from its plan to the merge with agents, in a repository of its own.

    demo.py [AGENT]

Without an agent's name a scripted one does the work: it edits real files, runs real tests and
commits, as agents do, and needs no key and no network. With a name, such as `claude-code`, the
agent of that name does all of it. Nothing outside a new temporary folder is touched.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal, WentWrong

HERE = Path(__file__).parent
LIBRARY = HERE / "library"
SLUG = "001-numbers-at-a-glance"
CHECK = "python3 -m unittest"
NUMBERS = "120 80 400 1.2k 2k 1.7k 3.1k"
SCRIPTED = "scripted"
# Between the steps of a scripted agent; the whole demo then takes about half a minute.
PAUSE_SECONDS = "1.5"


def main() -> None:
    """Plays the story and says where its repository is. Exits with 1 if it goes wrong."""
    agent = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else SCRIPTED
    pause = sys.argv[2] if len(sys.argv) > 2 else PAUSE_SECONDS
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="spec-kitty-demo-")) / "glimpse"
    folder.mkdir()
    terminal = Terminal(folder, keeps_home=agent != SCRIPTED)
    try:
        start(terminal)
        plan(terminal, agent, pause)
        run(terminal)
        look(terminal)
    except WentWrong as error:
        print(f"\nThe demo went wrong: {error}\nIts repository: {folder}", file=sys.stderr)
        sys.exit(1)
    print(f"\n\nPlayed in {time.monotonic() - started:.0f} s. Where to look next:\n")
    for command, meaning in NEXT:
        print(f"  {command:58}{meaning}")
    print(f"\nLook around in {folder}")


NEXT = (
    ("spec-kitty-orchestrator status", "what the run took"),
    ("spec-kitty-orchestrator logs WP02", "what an agent printed"),
    (f"spec-kitty history --feature {SLUG}", "what happened, and who did it"),
    (f"git log refs/spec-kitty/{SLUG}", "the journal: an event is a commit"),
)


def start(terminal: Terminal) -> None:
    terminal.chapter("A small library, under git")
    terminal.lay(LIBRARY / "start")
    terminal.type(
        "git init --quiet --initial-branch=main",
        "git config user.name Ada",
        "git config user.email ada@example.org",
        "git add --all",
        "git commit --quiet --message 'Start glimpse'",
    )


def plan(terminal: Terminal, agent: str, pause: str) -> None:
    terminal.chapter("Planning: files that people write and commit")
    terminal.type("spec-kitty init")
    terminal.type("spec-kitty feature create 'Numbers at a glance'")
    terminal.say("Ada fills the templates in: seven work packages.")
    (terminal.folder / "kitty-specs" / SLUG / "tasks" / "WP01-first-step.md").unlink()
    terminal.lay(LIBRARY / "plan", f"kitty-specs/{SLUG}")
    terminal.say(f"She names the project's check, {CHECK}, and who works: {agent}.")
    config = terminal.folder / ".kittify" / "config.toml"
    config.write_text(config.read_text().replace("[verify]", f'[verify]\ncommand = "{CHECK}"', 1))
    settings = terminal.folder / ".kittify" / "orchestrator.toml"
    settings.write_text(_settings(agent, pause))
    terminal.type("git add --all", "git commit --quiet --message 'Plan numbers at a glance'")
    terminal.type("spec-kitty validate")


def run(terminal: Terminal) -> None:
    terminal.chapter("What a run would do: nothing is changed yet")
    terminal.type(f"spec-kitty-orchestrator orchestrate --feature {SLUG} --dry-run")
    terminal.chapter("The run: several agents at once, a review that says no, a conflict")
    terminal.type(f"spec-kitty-orchestrator orchestrate --feature {SLUG}")


def look(terminal: Terminal) -> None:
    terminal.chapter("What came of it")
    terminal.type("git log --oneline --graph")
    terminal.type("git status --short")
    terminal.say("The library on main, checked once more, and used:")
    terminal.type(CHECK)
    terminal.type(f"python3 -m glimpse {NUMBERS}")


def _settings(agent: str, pause: str) -> str:
    run_table = f"[run]\nimplementers = [{json.dumps(agent)}]\nmax_concurrent = 3\n"
    if agent != SCRIPTED:
        return run_table
    command = json.dumps(["python3", str(HERE / "scripted_agent.py"), pause])
    return f'{run_table}\n[agents.{SCRIPTED}]\nkind = "command"\ncommand = {command}\n'


if __name__ == "__main__":
    main()
