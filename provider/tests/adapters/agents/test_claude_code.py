"""Plays streams that the real Claude Code 2.1.330 printed, shortened, to its adapter."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.agents.adapter import Talk
from spec_kitty_orchestrator.adapters.agents.claude_code import ClaudeCode
from spec_kitty_orchestrator.adapters.agents.known import KNOWN
from spec_kitty_orchestrator.adapters.processes.environment import environment
from spec_kitty_orchestrator.domain.agents import NO_USAGE, Agent, Kind, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

STREAMS = Path(__file__).parent / "claude_code"
FOLDER = Path("/project")
NOW = 1795375000.0
SESSION = "b6b1352d-fc2b-473f-bb8c-cefebcf51d71"
AGENT = Agent("claude-code", Kind.CLAUDE_CODE, ("claude",), "anthropic", "claude")
# What one answer of the scripted model uses, as Claude Code prices it.
ONE = Usage(1200, 34, 200, 0.00552)


class Recorded(Talk):
    """Prints what it was given, and keeps what it is told."""

    def __init__(self, lines: list[str], status: int = 0, errors: str = "") -> None:
        self._lines, self._status, self._errors = lines, status, errors
        self.told: list[dict[str, object]] = []
        self.is_closed = False

    async def lines(self) -> AsyncIterator[str]:
        for line in self._lines:
            yield line

    async def send(self, text: str) -> None:
        assert text.endswith("\n")
        self.told.append(json.loads(text))

    def close(self) -> None:
        self.is_closed = True

    async def exit_status(self) -> int:
        return self._status

    def errors(self) -> str:
        return self._errors


def _assignment(session: str | None = None, before: Usage = NO_USAGE) -> Assignment:
    run = ("WP01-implement-1", "run-1", "034-sum", "WP01", Role.IMPLEMENT, 1)
    return Assignment(*run, AGENT, FOLDER, "Mend add", 60.0, 30.0, session, before)


def _converse(talk: Talk, before: Usage = NO_USAGE) -> tuple[list[Report], Ending]:
    reports: list[Report] = []
    adapter = ClaudeCode(lambda: NOW)
    ending = asyncio.run(adapter.converse(talk, _assignment(None, before), reports.append))
    return reports, ending


def _lines(name: str) -> list[str]:
    return (STREAMS / f"{name}.jsonl").read_text().splitlines()


def _ending(name: str, status: int = 1) -> Ending:
    return _converse(Recorded(_lines(name), status))[1]


def _used(reports: list[Report]) -> Usage:
    used = [each.session_usage for each in reports if each.session_usage is not None][-1]
    return replace(used, cost_usd=round(used.cost_usd or 0.0, 5))


def test_a_launch_speaks_the_control_protocol_and_reads_no_settings() -> None:
    launch = ClaudeCode().launch(AGENT, Role.IMPLEMENT, _assignment(), Path("/home"))

    assert launch.argv[:13] == (
        *("claude", "-p", "--input-format", "stream-json", "--output-format", "stream-json"),
        *("--verbose", "--permission-prompt-tool", "stdio", "--permission-mode", "manual"),
        *("--strict-mcp-config", "--setting-sources"),
    )
    assert launch.argv[13:16] == ("", "--add-dir", "/project")
    assert (launch.approval_mode, launch.dangerous_flags) == ("auto", ())


def test_a_launch_names_the_model_the_session_and_the_configured_flags() -> None:
    agent = Agent(
        "c", Kind.CLAUDE_CODE, ("/opt/claude",), "anthropic", "claude", "opus", ("--effort", "low")
    )

    argv = ClaudeCode().launch(agent, Role.REVIEW, _assignment(SESSION), Path("/home")).argv

    assert argv[0] == "/opt/claude"
    assert argv[argv.index("--model") + 1] == "opus"
    assert argv[argv.index("--resume") + 1] == SESSION
    assert argv[-2:] == ("--effort", "low")


def test_the_launch_without_an_assignment_declares_the_same() -> None:
    adapter, home = ClaudeCode(), Path("/home")

    planned = adapter.launch(AGENT, Role.IMPLEMENT, None, home)
    made = adapter.launch(AGENT, Role.IMPLEMENT, _assignment(), home)

    assert [word.replace("/project", "FOLDER") for word in made.argv] == list(planned.argv)
    assert planned.environment == made.environment


def test_its_commands_do_not_see_what_signs_it_in() -> None:
    launch = ClaudeCode().launch(AGENT, Role.IMPLEMENT, None, Path("/home"))

    file = Path(launch.environment["CLAUDE_ENV_FILE"])
    words = launch.files[str(file.relative_to("/home"))].split()
    assert words == ["unset", *ClaudeCode.secrets]


@pytest.mark.parametrize(
    "flags",
    [
        ("--dangerously-skip-permissions",),
        ("--permission-mode=bypassPermissions",),
        ("--permission-mode", "bypassPermissions"),
    ],
)
def test_flags_that_skip_permissions_are_declared_as_dangerous(flags: tuple[str, ...]) -> None:
    agent = Agent("c", Kind.CLAUDE_CODE, ("claude",), "anthropic", "claude")
    by_flags = replace(agent, flags=("--verbose", *flags))
    by_command = replace(agent, command=("claude", *flags))

    for each in (by_flags, by_command):
        launch = ClaudeCode().launch(each, Role.IMPLEMENT, None, Path("/home"))

        assert launch.approval_mode == "full_auto"
        assert launch.dangerous_flags == flags[-1:]
        assert ("IS_SANDBOX" in launch.environment) == (os.geteuid() == 0)


@pytest.mark.parametrize("flag", ["--allowedTools=Bash", "--settings", "--setting-sources=project"])
def test_flags_that_let_tools_run_unasked_are_declared_as_full_auto(flag: str) -> None:
    agent = Agent("c", Kind.CLAUDE_CODE, ("claude",), "anthropic", "claude", flags=(flag,))

    launch = ClaudeCode().launch(agent, Role.IMPLEMENT, None, Path("/home"))

    assert (launch.approval_mode, launch.dangerous_flags) == ("full_auto", ())
    assert "IS_SANDBOX" not in launch.environment


def test_of_the_persons_variables_it_sees_what_signs_it_in_and_where_its_model_is() -> None:
    person = {
        "ANTHROPIC_API_KEY": "key",
        "ANTHROPIC_BASE_URL": "http://gateway",
        "CLAUDE_CONFIG_DIR": "/person",
        "OPENAI_API_KEY": "other",
    }
    assignment = replace(_assignment(), agent=KNOWN["claude-code"])

    seen = environment(person, assignment, ClaudeCode(), Path("/home"), Path("/tmp"))

    assert {name: seen[name] for name in person if name in seen} == {
        "ANTHROPIC_API_KEY": "key",
        "ANTHROPIC_BASE_URL": "http://gateway",
    }


def test_work_in_order_ends_with_the_last_word_and_what_was_refused() -> None:
    talk = Recorded(_lines("implement"))

    _, ending = _converse(talk)

    assert ending == Ending(
        None, "These tools were refused to it: Write, Bash.", answer="It adds now."
    )
    assert talk.is_closed


def test_the_prompt_follows_the_initialization() -> None:
    talk = Recorded([])

    _converse(talk)

    assert talk.told == [
        _control("begin", "initialize"),
        _control("cost", "get_session_cost"),
        {"type": "user", "message": {"role": "user", "content": "Mend add"}},
    ]


def _control(identity: str, subtype: str) -> dict[str, object]:
    request = {"subtype": subtype}
    return {"type": "control_request", "request_id": identity, "request": request}


def test_what_is_said_and_done_is_reported_as_it_comes() -> None:
    reports, _ = _converse(Recorded(_lines("implement")))

    assert [report.session for report in reports if report.session] == [SESSION]
    assert [report.said for report in reports if report.said] == [
        "I look first.",
        "Read calc.py",
        "Edit calc.py",
        "Write /outside.txt",
        "Bash git push origin main",
        "Bash git commit -a -m 'Mend add'",
        "It adds now.",
    ]


def test_use_is_counted_once_for_each_answer_while_it_works() -> None:
    reports, _ = _converse(Recorded(_lines("implement")))

    tokens = [report.session_usage.tokens for report in reports if report.session_usage]
    assert sorted(set(tokens)) == [ONE.tokens * answers for answers in range(1, 7)]


def test_cost_is_known_while_it_works() -> None:
    reports, _ = _converse(Recorded(_lines("implement")))

    costs = [report.session_usage.cost_usd for report in reports if report.session_usage]
    assert costs[:3] == [0.0, 0.0, 0.0055]
    assert costs[-2:] == [0.0331, pytest.approx(6 * 0.00552)]


def test_edits_in_the_folder_are_allowed_and_others_denied_with_the_reason() -> None:
    talk = Recorded(_lines("implement"))

    _converse(talk)

    assert [_decision(told) for told in talk.told if told["type"] == "control_response"] == [
        "allow",
        "Writing /outside.txt is not allowed: it lies outside /project, the only folder whose"
        " files may be changed. Put the file there, or go on without it.",
        "`git push` is not allowed here: nothing leaves this machine before it is accepted.",
        "allow",
    ]


def _decision(told: dict[str, object]) -> object:
    response = told["response"]
    assert isinstance(response, dict)
    assert response["subtype"] == "success"
    decision = response["response"]
    return decision.get("message") or decision["behavior"]


def test_what_is_allowed_is_done_with_what_was_asked() -> None:
    asked = {"file_path": "/project/calc.py", "content": "x"}
    talk = Recorded([_asking("can_use_tool", tool_name="Write", input=asked)])

    _converse(talk)

    answer = {"behavior": "allow", "updatedInput": asked}
    response = {"request_id": "7", "subtype": "success", "response": answer}
    assert talk.told[-1] == {"type": "control_response", "response": response}


def _asking(subtype: str, **request: object) -> str:
    asked = {"subtype": subtype, **request}
    return json.dumps({"type": "control_request", "request_id": "7", "request": asked})


def test_a_question_that_is_not_known_is_answered_with_an_error() -> None:
    talk = Recorded([_asking("elicitation")])

    _converse(talk)

    response = {
        "request_id": "7",
        "subtype": "error",
        "error": "This is not supported in a run.",
    }
    assert talk.told[-1] == {"type": "control_response", "response": response}


def test_a_resumed_session_counts_from_its_start() -> None:
    before = Usage(7200, 204, 1200, 0.03312)

    killed, _ = _converse(Recorded(_lines("killed"), -9), before)
    resumed, _ = _converse(Recorded(_lines("resumed")), _used(killed))

    assert _used(killed) == Usage(8400, 238, 1400, 0.03862)
    assert _used(resumed) == Usage(9600, 272, 1600, 0.04414)


def test_a_process_that_was_killed_is_a_crash() -> None:
    message = "Claude Code did not finish: ended by signal 9. Its transcript shows how far it came."

    assert _ending("killed", -9) == Ending(Failure.CRASH, message)


def test_a_usage_limit_tells_when_it_ends() -> None:
    ending = _ending("usage-limit")

    assert (ending.failure, ending.resets_at) == (Failure.RATE_LIMIT, 1795379112.0)
    assert ending.message == (
        "Claude's limit is reached: You've hit your 5-hour limit · resets 8:25pm (UTC)."
        " The run waits until it ends."
    )


def test_a_rate_limit_ends_after_the_wait_that_the_service_asked_for() -> None:
    reports, ending = _converse(Recorded(_lines("limited"), 1))

    assert ending.failure is Failure.RATE_LIMIT
    assert ending.resets_at == NOW + 3.27
    assert [report.waits_for for report in reports if report.waits_for] == [
        "another try in 4 s (rate limit)",
        "another try in 3 s (rate limit)",
    ]


def test_a_limit_in_words_alone_tells_when_it_ends() -> None:
    lines = [line for line in _lines("usage-limit") if "rate_limit_event" not in line]

    _, ending = _converse(Recorded(lines, 1))

    assert ending.resets_at == 1795379100.0


@pytest.mark.parametrize(
    ("name", "failure", "said"),
    [
        ("overloaded", Failure.OVERLOAD, "Repeated 529 Overloaded errors"),
        ("unauthorized", Failure.AUTH, "Invalid API key · Fix external API key"),
        ("not-signed-in", Failure.AUTH, "Not logged in · Please run /login"),
        ("no-model", Failure.LAUNCH, "issue with the selected model"),
        ("refused", Failure.CRASH, "API Error: 400 The request was refused"),
    ],
)
def test_failures_of_the_service_are_told_apart(name: str, failure: Failure, said: str) -> None:
    ending = _ending(name)

    assert (ending.failure, ending.answer, ending.resets_at) == (failure, "", None)
    assert said in ending.message


def test_who_is_not_signed_in_is_told_how_to() -> None:
    assert _ending("not-signed-in").message.endswith(
        "Run `claude` once and sign in, or set ANTHROPIC_API_KEY; then resume the run."
    )


FORGOTTEN = Ending(
    Failure.CRASH,
    "Claude Code does not know the earlier conversation any more. The next attempt begins anew.",
)


def test_a_forgotten_conversation_is_a_crash_after_which_a_new_one_begins() -> None:
    assert _ending("forgotten") == FORGOTTEN


def test_a_forgotten_conversation_is_known_by_its_complaint_too() -> None:
    talk = Recorded([], 1, f"A warning.\nNo conversation found with session ID: {SESSION}\n")

    assert _converse(talk)[1] == FORGOTTEN


@pytest.mark.parametrize(
    "complaint",
    [
        "error: unknown option '--nonsense'",
        "--dangerously-skip-permissions cannot be used with root/sudo privileges for security",
    ],
)
def test_flags_that_it_refuses_are_a_failed_launch(complaint: str) -> None:
    _, ending = _converse(Recorded([], 1, f"{complaint}\n"))

    assert ending.failure is Failure.LAUNCH
    assert complaint in ending.message


def test_an_end_without_a_result_is_a_crash_with_its_complaint() -> None:
    _, ending = _converse(Recorded(_lines("implement")[:-1], 3, "out of memory\n"))

    assert ending == Ending(
        Failure.CRASH,
        "Claude Code did not finish: ended with status 3: out of memory. Its transcript shows how"
        " far it came.",
    )


def test_a_success_by_name_that_is_an_error_is_a_failure() -> None:
    result = {"type": "result", "subtype": "success", "is_error": True, "result": "approved"}

    _, ending = _converse(Recorded([json.dumps(result)]))

    assert (ending.failure, ending.answer) == (Failure.CRASH, "")


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"is_error": None},
        {"is_error": 0},
        {"is_error": False, "subtype": "error_max_turns"},
    ],
)
def test_a_result_that_does_not_deny_an_error_is_a_failure(result: dict[str, object]) -> None:
    _, ending = _converse(Recorded([json.dumps({"type": "result", "result": "fine", **result})]))

    assert ending.failure is Failure.CRASH


def test_a_model_that_refuses_to_go_on_is_a_failure() -> None:
    result = {"type": "result", "is_error": False, "result": "No.", "stop_reason": "refusal"}

    assert _converse(Recorded([json.dumps(result)]))[1].failure is Failure.CRASH


NONSENSE = [
    "",
    "warning: not JSON",
    "{",
    "[" * 100_000,
    "null",
    "7",
    '["type"]',
    '{"type": ["assistant"]}',
    '{"type": "assistant"}',
    '{"type": "assistant", "message": {"id": 5, "content": "x", "usage": {"input_tokens": "1"}}}',
    '{"type": "assistant", "message": {"content": [5, {"type": "tool_use", "input": []}]}}',
    '{"type": "system"}',
    '{"type": "system", "subtype": "init", "session_id": 5}',
    '{"type": "system", "subtype": "api_retry", "retry_delay_ms": NaN}',
    '{"type": "rate_limit_event", "rate_limit_info": {"status": "rejected", "resetsAt": "soon"}}',
    '{"type": "control_response", "response": {"response": {"text": 5}}}',
    '{"type": "control_request"}',
    '{"type": "control_request", "request": {"subtype": "can_use_tool", "input": []}}',
]


def test_lines_that_make_no_sense_are_passed_over() -> None:
    lines = _lines("implement")
    mixed = [line for pair in zip(lines, NONSENSE, strict=False) for line in pair]

    _, ending = _converse(Recorded([*mixed, *NONSENSE, *lines]))

    assert ending.answer == "It adds now."


@pytest.mark.parametrize("line", NONSENSE)
def test_no_line_by_itself_breaks_the_reading(line: str) -> None:
    assert _converse(Recorded([line], 1))[1].failure is Failure.CRASH
