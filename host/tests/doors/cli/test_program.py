"""What the program says about itself, and how a call ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from door import PATIENCE_SECONDS, PROGRAM
from project import SLUG
from screencast import Screencast


def test_help_lists_the_commands_by_what_they_are_for(cast: Screencast) -> None:
    assert cast.type("spec-kitty --help") == snapshot("""\
Usage: spec-kitty [OPTIONS] COMMAND [ARGS]...

  Keep the workflow of a planned feature in git.

  A feature is planned as work packages; each is done in a workspace of its own, reviewed, and comes
  together with the others on the feature's branch, which lands as a whole.

Options:
  --version   Print the version.
  -h, --help  Show this message and exit.

Plan:
  init        Prepare this repository.
  feature     Create, list and show features.
  validate    Look for mistakes in the plan, with file and line.

Work:
  implement   Claim a work package and make its workspace.
  review      Show submitted work and what to type next.
  agent       Move and list work packages: 'agent tasks move-task' and more.

Look:
  status      Show the board of a feature.
  why         Say why work packages are where they are.
  history     Tell what happened.
  verify      Audit the whole journal.

Mend:
  doctor      Say what is wrong, and put it right.
  salvage     List work that was kept, and give it back.

Deliver:
  accept      Check the tree that would land and accept it.
  merge       Land an accepted feature on its target branch.

Shell:
  completion  Let your shell complete commands and ids.

  'spec-kitty COMMAND --help' says more about one. Programs speak 'spec-kitty orchestrator-api';
  'spec-kitty-orchestrator' runs agents with it.
""")


def test_help_fits_the_terminal(cast: Screencast) -> None:
    shown = cast.type("spec-kitty agent tasks move-task --help", env={"COLUMNS": "60"})
    assert max(map(len, shown.splitlines())) <= 60


def test_the_program_alone_shows_its_help_as_a_wrong_call(cast: Screencast) -> None:
    assert cast.type("spec-kitty") == cast.type("spec-kitty --help") + "[2]\n"


def test_the_version_is_printed(cast: Screencast) -> None:
    assert cast.type("spec-kitty --version") == snapshot("spec-kitty 0.1.0\n")


def test_orchestrate_is_explained(cast: Screencast) -> None:
    assert cast.type("spec-kitty orchestrate 034-cats") == snapshot("""\
refused (USAGE_ERROR): Orchestration lives in a program of its own: install the distribution 'spec-kitty-orchestrator' and run 'spec-kitty-orchestrator orchestrate'. It drives this program through 'spec-kitty orchestrator-api'. By hand, begin with 'spec-kitty implement'.
[2]
""")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "implemnt WP01",
            snapshot("""\
refused (USAGE_ERROR): There is no command 'implemnt'. Did you mean 'implement'? 'spec-kitty --help' lists all.
[2]
"""),
        ),
        (
            "frobnicate",
            snapshot("""\
refused (USAGE_ERROR): There is no command 'frobnicate'. 'spec-kitty --help' lists all.
[2]
"""),
        ),
        (
            "--frob",
            snapshot("""\
refused (USAGE_ERROR): There is no option '--frob'. 'spec-kitty --help' shows how it is called.
[2]
"""),
        ),
        (
            "implement WP01 --actr bob",
            snapshot("""\
refused (USAGE_ERROR): There is no option '--actr'. Did you mean one of: '--actor', '--agent', '--feature'? 'spec-kitty implement --help' shows how it is called.
[2]
"""),
        ),
        (
            "implement",
            snapshot("""\
refused (USAGE_ERROR): The argument 'WP' is missing. 'spec-kitty implement --help' shows how it is called.
[2]
"""),
        ),
        (
            "implement one",
            snapshot("""\
refused (USAGE_ERROR): This is no value for 'WP': 'one' is not the id of a work package such as WP01. 'spec-kitty implement --help' shows how it is called.
[2]
"""),
        ),
        (
            "implement WP01 --actor ''",
            snapshot("""\
refused (USAGE_ERROR): This is no value for '--actor': It must be one printable line of at most 200 characters. 'spec-kitty implement --help' shows how it is called.
[2]
"""),
        ),
        (
            "implement WP01 --feature ../x",
            snapshot("""\
refused (USAGE_ERROR): This is no value for '--feature': '../x' cannot be a feature. Slugs look like 034-my-feature: at most 100 letters, digits, '.', '_' and '-'. 'spec-kitty implement --help' shows how it is called.
[2]
"""),
        ),
        (
            "agent tasks frob",
            snapshot("""\
refused (USAGE_ERROR): There is no command 'frob'. 'spec-kitty agent tasks --help' shows how it is called.
[2]
"""),
        ),
        (
            "agent tasks move-task WP01 --to nowhere",
            snapshot("""\
refused (USAGE_ERROR): This is no value for '--to': There is no such lane. The lanes are planned, in_progress, for_review, done, blocked, canceled (or doing). 'spec-kitty agent tasks move-task --help' shows how it is called.
[2]
"""),
        ),
        (
            "merge --strategy octopus",
            snapshot("""\
refused (USAGE_ERROR): This is no value for '--strategy': 'octopus' is not one of 'merge', 'squash', 'rebase'. 'spec-kitty merge --help' shows how it is called.
[2]
"""),
        ),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(cast: Screencast, line: str, shown: str) -> None:
    assert cast.type(f"spec-kitty {line}") == shown


def test_outside_of_a_repository_the_program_says_what_to_do(
    cast: Screencast, tmp_path: Path
) -> None:
    assert cast.type("spec-kitty implement WP01", folder="..").replace(
        str(tmp_path), "<folder>"
    ) == snapshot("""\
refused (NOT_A_PROJECT): There is no git repository around <folder>. Change to the folder of your project, or make one with 'git init'.
[1]
""")


def test_a_refusal_goes_to_stderr_alone(cast: Screencast) -> None:
    ended = subprocess.run(
        [PROGRAM, "implement", "WP03"], cwd=cast.project.repo.path, capture_output=True
    )
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(b"refused (DEPENDENCIES_NOT_SATISFIED): WP03 depends on WP01")


def test_a_refusal_at_a_terminal_is_coloured_and_on_one_line(cast: Screencast) -> None:
    assert cast.type_at_terminal("spec-kitty implement WP03", columns=50) == snapshot("""\
\x1b[31m\x1b[1mrefused (DEPENDENCIES_NOT_SATISFIED)\x1b[0m: WP03 depends on WP01 (planned). Finish what it depends on first.
""")


def test_the_line_in_a_refusal_does_what_it_says_when_it_is_copied_from_a_terminal(
    cast: Screencast,
) -> None:
    repo = cast.project.repo
    cast.type("spec-kitty implement WP01")
    was = repo.tip(SLUG)
    words = ("commit-tree", "-m", "By hand", "-p", was, f"{was}^{{tree}}")
    repo.git("update-ref", f"refs/heads/{SLUG}", repo.git(*words))

    shown = cast.seen_at_terminal("spec-kitty implement WP02", columns=80, env={"NO_COLOR": "1"})

    [line] = [line for line in shown.splitlines() if "git branch " in line]
    copied = line[line.index("git branch ") :]
    subprocess.run(["sh", "-c", copied], cwd=repo.path, check=True, capture_output=True)
    assert repo.tip(SLUG) == was


def test_no_color_is_honoured(cast: Screencast) -> None:
    shown = cast.type_at_terminal("spec-kitty implement WP03", env={"NO_COLOR": "1"})
    assert "\x1b" not in shown


def test_a_defect_is_one_sentence_with_its_traceback_on_stderr(cast: Screencast) -> None:
    nonsense = (
        f'case "$*" in *cat-file*) echo no sense; exit ;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    git = cast.write("bin/git", f"#!/bin/sh\n{nonsense}")
    git.chmod(0o755)
    ended = subprocess.run(
        [PROGRAM, "agent", "tasks", "list"],
        cwd=cast.project.repo.path,
        env={**os.environ, "PATH": f"{git.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    last = cast.project.placeholders.settle(ended.stderr.splitlines()[-1])
    assert last == snapshot(
        "refused (INTERNAL_ERROR): This is a defect of the host; the details are on stderr, under the correlation id. Read the state before you go on. (corr-00000000000000000000000000000000)"
    )
    assert "Traceback (most recent call last):" in ended.stderr


def test_a_reader_that_goes_away_ends_it_quietly(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    cast.work("WP01", "cat.py", "meow = 1\n" * 100_000)
    cast.type("spec-kitty agent tasks move-task WP01 --to for_review")
    ended = subprocess.run(
        ["sh", "-c", "$0 review WP01 2>errors | head -n 1", PROGRAM],
        cwd=cast.project.repo.path,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    assert ended.stdout == b"WP01 Purr\n"
    assert (cast.project.repo.path / "errors").read_text() == ""


def test_an_interrupted_call_ends_with_130_and_no_traceback(cast: Screencast) -> None:
    cast.write(".kittify/config.toml", '[worktree]\nsetup = "touch started; sleep 60"\n')
    cast.project.repo.commit("Set up slowly")
    folder = cast.project.repo.path
    child = subprocess.Popen(
        [PROGRAM, "implement", "WP01"], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    wait_for(cast.project.workspace("WP01") / "started")
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=PATIENCE_SECONDS)
    told = "\nInterrupted. Nothing is lost: 'spec-kitty status' says how far it got.\n"
    assert (child.returncode, said) == (130, told)


@pytest.mark.parametrize("words", [["status"], ["orchestrator-api", "contract-version"]])
def test_a_call_that_is_interrupted_while_it_starts_says_so(words: list[str]) -> None:
    """The signal comes at the first import after the program's own first module."""
    stopped = (
        "import signal, sys\n"
        "from spec_kitty.__main__ import main\n"
        "class Stop:\n"
        "    def find_spec(self, *_):\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Stop())\n"
        f"sys.argv[1:] = {words}\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", stopped], capture_output=True, text=True)
    told = "Interrupted. Nothing is lost: 'spec-kitty status' says how far it got.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", told)


def wait_for(file: Path) -> None:
    subprocess.run(
        ["sh", "-c", 'until [ -e "$0" ]; do :; done', file], timeout=PATIENCE_SECONDS, check=True
    )


@pytest.mark.parametrize("line", ["implement WP01", "agent tasks list", "--help"])
def test_rich_is_imported_only_where_something_is_drawn(cast: Screencast, line: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spec_kitty", *line.split()],
        cwd=cast.project.repo.path,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    modules = {found.rpartition("|")[2].strip() for found in ended.stderr.splitlines()}
    assert "click" in modules
    assert not modules & {"rich", "spec_kitty.doors.cli.board"}
