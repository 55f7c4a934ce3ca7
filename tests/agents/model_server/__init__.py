"""A scripted model server: real agents ask it on loopback, and it answers what a test says."""

from model_server.script import (
    FOREVER,
    Bash,
    Call,
    Edit,
    Failure,
    Part,
    Read,
    Scenario,
    Turn,
    Usage,
    Write,
    scenario,
)
from model_server.server import ModelServer
from model_server.stage import Outcome, Request

__all__ = [
    "FOREVER",
    "Bash",
    "Call",
    "Edit",
    "Failure",
    "ModelServer",
    "Outcome",
    "Part",
    "Read",
    "Request",
    "Scenario",
    "Turn",
    "Usage",
    "Write",
    "scenario",
]
