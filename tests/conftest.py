"""Fixtures that every test here can use, and the signals that Ctrl-C needs."""

import signal

import pytest
from needed_tools import tell_skipped

from isolation import git_config, git_settings, isolated
from repository import repo

__all__ = ["git_config", "git_settings", "isolated", "repo"]

# A shell's background job has Ctrl-C ignored, and would hand that down to what the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tell_skipped(terminalreporter)
