"""What every test of a command needs: an office, and a line to type commands on."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.offices import FakeOffice, Type
from spec_kitty_orchestrator.cli.program import main


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are told in the zone of the machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    return FakeOffice(tmp_path)


@pytest.fixture
def typed(
    office: FakeOffice, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Type:
    """Types a command and returns what is shown; a status other than 0 stands in its last line."""

    def run(line: str) -> str:
        monkeypatch.setattr(sys, "argv", ["spec-kitty-orchestrator", *shlex.split(line)])
        code = main(lambda: office)
        out, err = capfd.readouterr()
        return out + err + (f"[{code}]\n" if code else "")

    return run
