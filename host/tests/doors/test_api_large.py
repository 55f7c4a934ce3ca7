"""What is larger than the system passes to a process is refused by the door as well."""

import json

import pytest

from spec_kitty.application.host import Host
from spec_kitty.doors.api import run

START = ("start-implementation", "--feature", "034-cats", "--wp", "WP01", "--actor", "bot")


def unopened() -> Host:
    raise AssertionError("The repository was opened before the policy was looked at.")


@pytest.mark.parametrize(
    "policy",
    [json.dumps({"orchestrator_id": "x" * 1_000_000}), "[" * 1_000_000, '{"a":' * 200_000],
    ids=["long", "brackets", "objects"],
)
def test_a_policy_of_a_megabyte_is_too_large(
    capsys: pytest.CaptureFixture[str], policy: str
) -> None:
    assert run([*START, "--policy", policy], unopened) == 1
    [line] = capsys.readouterr().out.splitlines()
    answer = json.loads(line)
    assert answer["error_code"] == "POLICY_VALIDATION_FAILED"
    assert answer["data"]["rule"] == "too_large"
