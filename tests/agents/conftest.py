"""Gives every test here a model server, a cage and the agents in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attempts import attempts
from cage import Cage, caged
from features import Team, plan
from installed import cache_folder
from model_server import ModelServer
from workplace import workplace
from wrapped import WrappedAgents

__all__ = ["attempts", "workplace"]

# Found before a test's environment takes the place of this one.
CACHE = cache_folder(os.environ)


@pytest.fixture
def models() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def cage(models: ModelServer) -> Iterator[Cage]:
    """Gives the cage, and fails a test that leaves anything running in it."""
    with caged(models) as made:
        yield made
        left = made.leftovers()
    assert left == {}, "These processes were left running."


@pytest.fixture
def agents(models: ModelServer, cage: Cage, tmp_path: Path) -> WrappedAgents:
    return WrappedAgents(models, cage, CACHE, tmp_path / "agents")


@pytest.fixture
def make_team(models: ModelServer, agents: WrappedAgents, tmp_path: Path) -> Callable[..., Team]:
    """Plans a feature of work packages such as `WP02 WP01`, for the agents to work on."""
    return lambda *packages: plan(tmp_path, models, agents, packages)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    with ModelServer() as server, caged(server) as made:
        if not made.is_closed:
            terminalreporter.write_line(
                "WARNING: no cage could be made, so agents could reach the network. "
                "Install bubblewrap and nsenter.",
                red=True,
            )
