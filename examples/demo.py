"""Plays one feature from its plan to the merge, by hand, in a repository of its own.

Two people work: Ada at the keyboard, Ben who reviews. What they write is in `sample/`; what
they type is shown as it is typed. Nothing outside a new temporary folder is touched.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal, WentWrong

SAMPLE = Path(__file__).parent / "sample"
SLUG = "001-durations"
CHECK = "python3 -m unittest"


def main() -> None:
    """Plays the story and says where its repository is. Exits with 1 if it goes wrong."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="spec-kitty-demo-")) / "hourglass"
    folder.mkdir()
    terminal = Terminal(folder)
    try:
        for part in STORY:
            part(terminal)
    except WentWrong as error:
        print(f"\nThe demo went wrong: {error}\nIts repository: {folder}", file=sys.stderr)
        sys.exit(1)
    print(f"\n\nPlayed in {time.monotonic() - started:.0f} s. Look around in {folder}")


def start(terminal: Terminal) -> None:
    terminal.chapter("A small library, under git")
    terminal.lay(SAMPLE / "start")
    terminal.type(
        "git init --quiet --initial-branch=main",
        "git config user.name Ada",
        "git config user.email ada@example.org",
        "git add --all",
        "git commit --quiet --message 'Start hourglass'",
    )


def plan(terminal: Terminal) -> None:
    terminal.chapter("Planning: files that people write and commit")
    terminal.type("spec-kitty init")
    terminal.type("spec-kitty feature create Durations")
    terminal.say(
        "Ada fills the templates in: three work packages, the third waits for both others."
    )
    (terminal.folder / "kitty-specs" / SLUG / "tasks" / "WP01-first-step.md").unlink()
    terminal.lay(SAMPLE / "plan", f"kitty-specs/{SLUG}")
    terminal.say(f"In .kittify/config.toml she names the project's check: {CHECK}")
    settings = terminal.folder / ".kittify" / "config.toml"
    settings.write_text(
        settings.read_text().replace("[verify]", f'[verify]\ncommand = "{CHECK}"', 1)
    )
    terminal.type("git add --all", "git commit --quiet --message 'Plan durations'")
    terminal.type("spec-kitty validate")
    terminal.type("spec-kitty status")
    terminal.type("spec-kitty why WP03")


def implement(terminal: Terminal) -> None:
    terminal.chapter("Two work packages at once, each in its own workspace")
    terminal.type("spec-kitty implement WP01")
    terminal.type("spec-kitty implement WP02")
    work(terminal, "WP01", "WP01")
    work(terminal, "WP02", "WP02")
    terminal.type("spec-kitty agent tasks move-task WP01 --to for_review")
    terminal.type("spec-kitty agent tasks move-task WP02 --to for_review")
    terminal.type("spec-kitty status")


def review(terminal: Terminal) -> None:
    terminal.chapter("Review: Ben sends WP01 back, and it comes better")
    terminal.type("spec-kitty review WP01")
    feedback = SAMPLE / "reviews" / "WP01.md"
    (terminal.folder.parent / "feedback.md").write_text(feedback.read_text())
    terminal.say(f"Ben writes into ../feedback.md:\n\n{feedback.read_text().rstrip()}")
    terminal.type(
        "spec-kitty agent tasks move-task WP01 --to in_progress"
        " --actor Ben --feedback-file ../feedback.md"
    )
    work(terminal, "WP01", "WP01-reworked")
    terminal.type("spec-kitty agent tasks move-task WP01 --to for_review")
    terminal.type("spec-kitty agent tasks move-task WP01 --to done --actor Ben")


def conflict(terminal: Terminal) -> None:
    terminal.chapter("A conflict is found when WP02 is done, and solved where it was made")
    terminal.type("spec-kitty agent tasks move-task WP02 --to done --actor Ben", status=1)
    terminal.type(f"cat {workspace('WP02')}/hourglass/__init__.py")
    terminal.say("Nothing is lost and nobody else is held up. Ada keeps both sides:")
    work(terminal, "WP02", "WP02-merged")
    terminal.type("spec-kitty agent tasks move-task WP02 --to for_review")
    terminal.type("spec-kitty agent tasks move-task WP02 --to done --actor Ben")


def finish(terminal: Terminal) -> None:
    terminal.chapter("The last work package starts from what is done")
    terminal.type("spec-kitty implement WP03")
    work(terminal, "WP03", "WP03")
    terminal.type("spec-kitty agent tasks move-task WP03 --to for_review")
    terminal.type("spec-kitty agent tasks move-task WP03 --to done --actor Ben")
    terminal.type("spec-kitty status")


def deliver(terminal: Terminal) -> None:
    terminal.chapter("Accept exactly the tree that will land, then land it")
    terminal.type("spec-kitty accept")
    terminal.type("spec-kitty merge --dry-run")
    terminal.type("spec-kitty merge")
    terminal.type("git log --oneline --graph --decorate")
    terminal.type("git status --short")
    terminal.say("The library on main, checked once more:")
    terminal.type(CHECK)
    terminal.type("python3 -m hourglass 45m 1h")


def look_back(terminal: Terminal) -> None:
    terminal.chapter("What happened is in git, and can be proven")
    terminal.type(f"spec-kitty history --feature {SLUG}")
    terminal.type("spec-kitty verify")
    terminal.type(f"git log -3 --format=%s refs/spec-kitty/{SLUG}")


def workspace(package: str) -> str:
    return f".worktrees/{SLUG}-{package}"


def work(terminal: Terminal, package: str, source: str) -> None:
    """Does the work of a package in its workspace."""
    terminal.lay(SAMPLE / "work" / source, workspace(package))


STORY = (start, plan, implement, review, conflict, finish, deliver, look_back)

if __name__ == "__main__":
    main()
