"""What is published of the contract is what the definitions say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from door import POLICY, call
from repository import Repo
from spec_kitty.domain.names import is_package_id, is_slug
from spec_kitty.domain.refusals import ErrorCode
from spec_kitty.doors.answers import ANSWERS
from spec_kitty.doors.commands import COMMANDS
from spec_kitty.doors.publish import documents, out_of_date, publish
from spec_kitty.doors.published.requests import PACKAGE_ID, SLUG
from spec_kitty.doors.schemas import schema_document

ROOT = Path(__file__).parents[2]


def test_the_published_files_are_up_to_date() -> None:
    assert out_of_date(ROOT, documents(ROOT)) == ()


def test_every_published_schema_is_a_schema() -> None:
    for file in sorted((ROOT / "contract" / "v1").rglob("*.schema.json")):
        Draft202012Validator.check_schema(json.loads(file.read_text()))


def test_the_schema_command_answers_what_is_published(repo: Repo) -> None:
    data = call(repo, "schema").data
    contract = ROOT / "contract" / "v1"

    def read(path: str) -> Any:
        return json.loads((contract / path).read_text())

    for name in ("envelope", "policy", "evidence"):
        assert data[name] == read(f"{name}.schema.json")
    for name, command in data["commands"].items():
        assert command["request"] == read(f"commands/{name}.request.schema.json")
        assert command["response"] == read(f"commands/{name}.response.schema.json")
    assert data["errors"] == read("errors.json")["errors"]


def test_every_command_says_what_it_answers() -> None:
    assert list(ANSWERS) == [command.name for command in COMMANDS]


def test_every_error_code_is_given_by_some_command() -> None:
    assert {code for answer in ANSWERS.values() for code in answer.errors} == set(ErrorCode)


def test_an_answer_with_a_new_field_is_valid_and_a_request_with_one_is_not() -> None:
    command = schema_document()["commands"]["contract-version"]
    example = json.loads((ROOT / "contract/v1/examples/contract-version.json").read_text())
    answer = example["answer"]
    answer["data"]["new"] = answer["new"] = 1
    assert Draft202012Validator(command["response"]).is_valid(answer)
    assert not Draft202012Validator(command["request"]).is_valid({"new": 1})


@pytest.mark.parametrize(
    "change",
    [
        {"success": False},
        {"error_code": "BUSY"},
        {"command": "orchestrator-api.schema"},
        {"correlation_id": "corr-1"},
        {"data": {}},
        {"contract_version": "2.0.0"},
    ],
    ids=str,
)
def test_a_response_schema_refuses_what_the_command_never_answers(change: dict[str, Any]) -> None:
    schema = schema_document()["commands"]["contract-version"]["response"]
    example = json.loads((ROOT / "contract/v1/examples/contract-version.json").read_text())
    assert not Draft202012Validator(schema).is_valid({**example["answer"], **change})


@given(st.from_regex(r"[A-Za-z0-9._/ -]{0,20}(\.lock|-WP1|\.)?", fullmatch=True))
def test_the_slug_in_the_schema_is_the_rule_of_the_domain(text: str) -> None:
    assert Draft202012Validator({"pattern": SLUG}).is_valid(text) == is_slug(text)


@given(st.from_regex(r"(WP|wp|W)[0-9]{0,8}", fullmatch=True))
def test_the_package_id_in_the_schema_is_the_rule_of_the_domain(text: str) -> None:
    assert Draft202012Validator({"pattern": PACKAGE_ID}).is_valid(text) == is_package_id(text)


def test_the_policy_that_the_tests_send_is_valid() -> None:
    Draft202012Validator(schema_document()["policy"]).validate(json.loads(POLICY))


def test_publishing_mends_what_is_out_of_date(tmp_path: Path) -> None:
    examples = tmp_path / "contract" / "v1" / "examples"
    examples.mkdir(parents=True)
    source = ROOT / "contract" / "v1" / "examples" / "contract-version.json"
    (examples / source.name).write_text(source.read_text())
    publish(tmp_path)
    commands = tmp_path / "contract" / "v1" / "commands"
    (commands / "gone.request.schema.json").write_text("{}")
    (commands / "schema.request.schema.json").write_text("{}")
    assert [path.name for path in publish(tmp_path)] == [
        "gone.request.schema.json",
        "schema.request.schema.json",
    ]
    assert publish(tmp_path) == ()


def test_checking_says_what_is_out_of_date_and_writes_nothing(tmp_path: Path) -> None:
    examples = tmp_path / "contract" / "v1" / "examples"
    examples.mkdir(parents=True)
    source = ROOT / "contract" / "v1" / "examples" / "contract-version.json"
    (examples / source.name).write_text(source.read_text())
    ended = subprocess.run(
        [sys.executable, "-m", "spec_kitty.doors.publish", "--check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "docs/reference/lanes.md is out of date" in ended.stdout
    assert not (tmp_path / "docs").exists()
