import subprocess
import sys


def test_the_command_says_that_there_is_no_orchestrator_yet_and_where_the_contract_is() -> None:
    called = subprocess.run(
        [sys.executable, "-m", "spec_kitty_orchestrator"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (called.returncode, called.stdout, called.stderr) == (
        2,
        "",
        "This release of spec-kitty-orchestrator holds no orchestrator yet. "
        "The contract that any provider can already speak is 'spec-kitty orchestrator-api': "
        "start with 'spec-kitty orchestrator-api schema'.\n",
    )
