"""Gives tests a model server and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model_client import Client
from model_server import ModelServer


@pytest.fixture
def models() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def client(models: ModelServer) -> Client:
    return Client(models)
