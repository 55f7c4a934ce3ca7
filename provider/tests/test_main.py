import subprocess
import sys

from spec_kitty_orchestrator import VERSION


def call(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spec_kitty_orchestrator", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_tells_its_version() -> None:
    called = call("--version")

    assert (called.returncode, called.stdout) == (0, f"spec-kitty-orchestrator {VERSION}\n")


def test_the_help_lists_every_command_with_what_it_does() -> None:
    called = call("--help")

    assert called.returncode == 0
    listed = [line.split() for line in called.stdout.splitlines() if line.startswith("  ")]
    assert {"orchestrate", "resume", "abort", "status", "logs", "agents"} <= {
        words[0] for words in listed if len(words) > 3
    }


def test_a_command_that_there_is_not_is_refused() -> None:
    called = call("orchestrat")

    assert (called.returncode, called.stdout) == (2, "")
    assert "No such command 'orchestrat'" in called.stderr
