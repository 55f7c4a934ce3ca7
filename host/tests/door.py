"""Calls the contract's door as a provider does: the installed command, as its own process.

Every answer is held against the contract as data: one JSON line, the schemas of envelope and
command, the catalogue of errors, the exit status.
"""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from repository import Repo
from spec_kitty.domain.refusals import ErrorCode
from spec_kitty.doors.published.failures import FACTS
from spec_kitty.doors.schemas import schema_document

Word = str | bytes
PROGRAM = os.path.join(sysconfig.get_path("scripts"), "spec-kitty")
PATIENCE_SECONDS = 120

POLICY = json.dumps(
    {
        "orchestrator_id": "demo",
        "orchestrator_version": "1.0",
        "agent_family": "claude",
        "approval_mode": "auto",
        "sandbox_mode": "none",
        "network_mode": "open",
        "dangerous_flags": [],
    }
)


@dataclass(frozen=True)
class Answer:
    """What one call gave."""

    exit_status: int
    envelope: dict[str, Any]
    stderr: str

    @property
    def data(self) -> dict[str, Any]:
        assert self.envelope["success"], self.envelope
        data: dict[str, Any] = self.envelope["data"]
        return data

    @property
    def refusal(self) -> tuple[str, dict[str, Any]]:
        """The error code and the facts that came with the message."""
        assert not self.envelope["success"], self.envelope
        facts = {name: held for name, held in self.envelope["data"].items() if name != "message"}
        return self.envelope["error_code"], facts

    @property
    def error(self) -> str:
        return self.refusal[0]

    @property
    def message(self) -> str:
        message: str = self.envelope["data"]["message"]
        return message


def call(
    place: Repo | Path,
    *words: Word,
    env: Mapping[str, str] | None = None,
    limits: tuple[Word, ...] = (),
) -> Answer:
    """Runs one command in a folder and checks that the answer keeps the contract.

    `limits` is a command line to start the program with, such as `prlimit`.
    """
    ended = subprocess.run(
        [*limits, PROGRAM, "orchestrator-api", *words],
        cwd=place.path if isinstance(place, Repo) else place,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    stderr = ended.stderr.decode(errors="replace")
    line, newline, rest = ended.stdout.decode("ascii").partition("\n")
    assert (newline, rest) == ("\n", ""), (ended.stdout, stderr)
    answer = Answer(ended.returncode, json.loads(line), stderr)
    check_contract(answer.envelope)
    check_exit_status(answer)
    return answer


class Stream:
    """Is a running `watch`; each line is checked like any answer."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def line(self) -> dict[str, Any]:
        """Waits for the next line and returns its envelope."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.endswith(b"\n"), "the stream ended"
        envelope: dict[str, Any] = json.loads(line)
        check_contract(envelope)
        return envelope

    def close(self) -> int:
        """Goes away as a reader does, and returns how the command ended."""
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self._process.wait(PATIENCE_SECONDS)


@contextmanager
def watching(repo: Repo, *words: str) -> Iterator[Stream]:
    """Starts a `watch`; a stream that says nothing for too long is ended."""
    process = subprocess.Popen(
        [PROGRAM, "orchestrator-api", "watch", *words],
        cwd=repo.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    impatience = threading.Timer(PATIENCE_SECONDS, process.kill)
    impatience.start()
    try:
        with process:
            yield Stream(process)
            process.terminate()
    finally:
        impatience.cancel()


def check_exit_status(answer: Answer) -> None:
    code = answer.envelope["error_code"]
    expected = 0 if code is None else 2 if code == ErrorCode.USAGE_ERROR else 1
    assert answer.exit_status == expected, answer


def check_contract(envelope: dict[str, Any]) -> None:
    """Holds an envelope against the schemas, and its facts against what is documented."""
    name = envelope["command"].removeprefix("orchestrator-api.")
    validator("envelope").validate(envelope)
    if name != "unknown":
        validator(name).validate(envelope)
    if envelope["success"]:
        return
    documented = {field.name for field in FACTS.get(ErrorCode(envelope["error_code"]), ())}
    undocumented = envelope["data"].keys() - documented - {"message"}
    assert not undocumented, (envelope["error_code"], undocumented)


@cache
def validator(name: str) -> Draft202012Validator:
    """Returns what checks the envelope, or the whole answer of a command."""
    document = schema_document()
    schema = document["envelope"] if name == "envelope" else document["commands"][name]["response"]
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checker)


def refs_and_files(repo: Repo) -> tuple[str, str, tuple[str, ...]]:
    """Returns what a refused call must leave as it is: refs, checkout, unfinished intents."""
    intents = repo.path / ".git" / "spec-kitty" / "intent"
    left = tuple(sorted(file.name for file in intents.glob("*")))
    return repo.git("for-each-ref"), repo.status(), left
