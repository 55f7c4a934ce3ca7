"""The examples of the contract are what the installed command says, and keep its schemas."""

import json
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import external_file
from jsonschema import Draft202012Validator

from door import check_contract
from recording import record
from spec_kitty.doors.commands import Kind, command_named

CONTRACT = Path(__file__).parents[2] / "contract" / "v1"
EXAMPLES = CONTRACT / "examples"
NAMES = sorted(file.stem for file in EXAMPLES.glob("*.json"))


def test_the_examples_are_what_the_command_answers(tmp_path: Path) -> None:
    recorded = record(tmp_path / "cats")
    for name, example in recorded.items():
        text = json.dumps(example, indent=2) + "\n"
        assert text == external_file(EXAMPLES / f"{name}.json", format=".txt")
    assert NAMES == sorted(recorded)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_keeps_the_schemas(name: str) -> None:
    example = json.loads((EXAMPLES / f"{name}.json").read_text())
    check_contract(example["answer"])
    if example["exit_status"] == 2:
        return
    schema = CONTRACT / "commands" / f"{example['words'][0]}.request.schema.json"
    Draft202012Validator(json.loads(schema.read_text())).validate(request(example["words"]))


def request(words: list[str]) -> dict[str, Any]:
    """Returns a call's flags as the object that the request's schema describes."""
    command = command_named(words[0])
    assert command is not None
    rest = iter(words[1:])
    given: dict[str, Any] = {}
    for word in rest:
        flag = command.flag(word.removeprefix("--"))
        assert flag is not None
        if flag.kind is Kind.SWITCH:
            given[flag.name] = True
        elif flag.kind in (Kind.POLICY, Kind.EVIDENCE, Kind.ATTEMPT):
            given[flag.name] = json.loads(next(rest))
        else:
            given[flag.name] = next(rest)
    return given
