"""Plays streams that the real Codex 0.169.0 printed, shortened, to its adapter."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.agents.adapter import Talk
from spec_kitty_orchestrator.adapters.agents.codex import Codex
from spec_kitty_orchestrator.adapters.agents.codex_failures import class_of, reset_told
from spec_kitty_orchestrator.domain.agents import Agent, Kind, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

STREAMS = Path(__file__).parent / "codex"
SESSION = "01a204c2-4f1a-7590-8714-1e079f8ea57d"
AGENT = Agent("codex", Kind.CODEX, ("codex",), "openai", "codex")
# Codex prints times in the machine's zone, so they are compared in it.
TODAY = datetime(2026, 11, 22, 14, 5, 30)
NOW = TODAY.timestamp()
BEGUN = '{"type":"thread.started","thread_id":"01a204c2-4f1a-7590-8714-1e079f8ea57d"}'
SEARCHING = (
    '{"type":"error","message":"Reconnecting... waiting for network'
    ' (Connection failed: error sending request)"}'
)


class Recorded(Talk):
    """Prints what it was given, and keeps what it is told; its errors come a moment later."""

    def __init__(self, lines: list[str], status: int = 0, errors: str = "") -> None:
        self._lines, self._status, self._errors = lines, status, errors
        self.looks = 0
        self.told: list[str] = []

    async def lines(self) -> AsyncIterator[str]:
        for line in self._lines:
            yield line

    async def send(self, text: str) -> None:
        self.told.append(text)

    def close(self) -> None:
        self.told.append("(closed)")

    async def exit_status(self) -> int:
        self.looks += 1
        return self._status

    def errors(self) -> str:
        self.looks += 1
        return self._errors if self.looks > 1 else ""


def _lines(name: str) -> list[str]:
    printed = STREAMS / f"{name}.jsonl"
    return printed.read_text().splitlines() if printed.exists() else []


def _recorded(name: str, status: int = 1) -> Recorded:
    errors = STREAMS / f"{name}.err"
    return Recorded(_lines(name), status, errors.read_text() if errors.exists() else "")


def _assignment(session: str | None = None) -> Assignment:
    run = ("WP01-implement-1", "run-1", "034-sum", "WP01", Role.IMPLEMENT, 1)
    return Assignment(*run, AGENT, Path("/project"), "Mend add", 60.0, 30.0, session)


def _converse(talk: Talk) -> tuple[list[Report], Ending]:
    reports: list[Report] = []
    adapter = Codex(lambda: NOW)
    ending = asyncio.run(adapter.converse(talk, _assignment(), reports.append))
    return reports, ending


def test_a_launch_leaves_room_for_its_folder_until_there_is_an_assignment() -> None:
    launch = Codex().launch(AGENT, Role.IMPLEMENT, None, Path("/home"))

    assert launch.argv == (
        *("codex", "exec", "--json", "--skip-git-repo-check", "-C", "FOLDER"),
        *("--disable", "plugins", "--disable", "apps", "--disable", "remote_plugin", "-"),
    )
    assert (launch.approval_mode, launch.dangerous_flags) == ("full_auto", ())


def test_a_launch_keeps_to_its_private_home() -> None:
    launch = Codex().launch(AGENT, Role.REVIEW, _assignment(), Path("/home"))

    assert launch.environment["CODEX_HOME"] == "/home/.codex"
    settings = launch.files[".codex/config.toml"]
    for line in (
        'approval_policy = "never"',
        'sandbox_mode = "workspace-write"',
        "exclude_slash_tmp = true",
        "check_for_update_on_startup = false",
        'exclude = ["RUST_LOG", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"]',
    ):
        assert line in settings.splitlines()


def test_a_resumed_launch_names_its_conversation_after_all_flags() -> None:
    agent = replace(AGENT, model="gpt-5.5", flags=("-c", "x=1"))

    launch = Codex().launch(agent, Role.IMPLEMENT, _assignment(SESSION), Path("/home"))

    assert launch.argv[4:6] == ("-C", "/project")
    assert launch.argv[-7:] == ("--model", "gpt-5.5", "-c", "x=1", "resume", SESSION, "-")


@pytest.mark.parametrize(
    ("flags", "declared"),
    [
        (("-s", "danger-full-access"), "--sandbox=danger-full-access"),
        (("--sandbox=danger-full-access",), "--sandbox=danger-full-access"),
        (("-c", 'sandbox_mode="danger-full-access"'), "--sandbox=danger-full-access"),
        (("-csandbox_mode=danger-full-access",), "--sandbox=danger-full-access"),
        (("--yolo",), "--dangerously-bypass-approvals-and-sandbox"),
        (
            ("--dangerously-bypass-approvals-and-sandbox",),
            "--dangerously-bypass-approvals-and-sandbox",
        ),
        (("--dangerously-bypass-hook-trust",), "--dangerously-bypass-hook-trust"),
    ],
)
def test_flags_that_take_protection_away_are_declared_by_one_name(
    flags: tuple[str, ...], declared: str
) -> None:
    as_flags = replace(AGENT, flags=("-s", "read-only", *flags))
    in_command = replace(AGENT, command=("codex", *flags))

    for agent in (as_flags, in_command):
        launch = Codex().launch(agent, Role.IMPLEMENT, None, Path("/home"))
        assert launch.dangerous_flags == (declared,)


def test_the_prompt_is_all_that_it_is_told() -> None:
    talk = _recorded("implement")

    _converse(talk)

    assert talk.told == ["Mend add", "(closed)"]


def test_a_turn_that_ends_has_its_reports_and_its_answer() -> None:
    reports, ending = _converse(_recorded("implement", 0))

    assert ending == Ending(answer="It adds now.")
    assert reports == [
        Report(session=SESSION),
        Report(said="$ /bin/bash -lc 'cat calc.py'"),
        Report(said="update /project/calc.py"),
        Report(said="It adds now."),
        Report(session_usage=Usage(3000, 90, 600)),
    ]


def test_a_long_rate_limit_ends_the_attempt_with_its_reset() -> None:
    reports, ending = _converse(_recorded("limited"))

    assert ending == Ending(
        Failure.RATE_LIMIT,
        "Codex's limit is reached: exceeded retry limit, last status: 429 Too Many Requests. The"
        " run waits until it ends.",
        resets_at=NOW + 3599.997103891,
    )
    assert reports[-1] == Report(
        waits_for="another try, 1/1 (exceeded retry limit, last status: 429 Too Many Requests)"
    )


def test_a_short_rate_limit_is_waited_for() -> None:
    talk = _recorded("waited", 0)

    assert _converse(talk)[1] == Ending(answer="Late.")
    assert talk.looks == 2


def test_a_limit_whose_end_is_logged_nowhere_is_left_to_codex() -> None:
    talk = Recorded(_lines("waited"), 0, "")

    assert _converse(talk)[1] == Ending(answer="Late.")


def test_the_limit_of_a_plan_tells_its_reset() -> None:
    _, ending = _converse(_recorded("plan"))

    assert ending.failure is Failure.RATE_LIMIT
    assert ending.resets_at == datetime(2026, 12, 1, 19, 37).timestamp()


@pytest.mark.parametrize(
    ("name", "failure", "message"),
    [
        (
            "unauthorized",
            Failure.AUTH,
            "Codex is not signed in: unexpected status 401 Unauthorized: Incorrect API key"
            " provided, url: http://127.0.0.1:8765/s/failing/v1/responses. Run `codex login`, or"
            " set CODEX_API_KEY (OPENAI_API_KEY is not read by `codex exec`); then resume the run.",
        ),
        (
            "overloaded",
            Failure.OVERLOAD,
            "Codex's model cannot answer now: unexpected status 529 <unknown status code>:"
            " Overloaded, url: http://127.0.0.1:8765/s/failing/v1/responses. It is asked again"
            " later.",
        ),
        (
            "refused",
            Failure.CRASH,
            "Codex did not finish: The request was refused. Its transcript shows how far it came.",
        ),
        (
            "forgotten",
            Failure.CRASH,
            "Codex does not know the earlier conversation any more (Error:"
            " thread/resume: thread/resume failed: no rollout found for thread id"
            " 01a204ab-6a33-79c2-b710-8b6b97d0ae99 (code -32600)). The next attempt begins anew.",
        ),
    ],
)
def test_a_failure_has_its_class_and_a_sentence(name: str, failure: Failure, message: str) -> None:
    assert _converse(_recorded(name))[1] == Ending(failure, message)


def test_a_launch_that_is_refused_drops_the_agent() -> None:
    _, ending = _converse(_recorded("usage", 2))

    assert ending.failure is Failure.LAUNCH
    assert ending.message.startswith(
        "Codex cannot work as it is set up: error: unexpected argument '--nonsense' found"
    )


def test_a_killed_process_is_a_crash_whatever_it_complained_of_before() -> None:
    retried = _lines("overloaded")[:3]

    _, ending = _converse(Recorded(retried, -9, "sampling_error=last status: 429"))

    assert ending.failure is Failure.CRASH
    assert "ended by signal 9: unexpected status 529" in ending.message


def test_a_process_that_ends_within_a_turn_is_a_crash_with_its_last_errors() -> None:
    killed = _lines("killed")

    _, ending = _converse(Recorded(killed, 101, "...\npanicked: last status: 429"))

    assert ending == Ending(
        Failure.CRASH,
        "Codex did not finish: ended with status 101: ...\npanicked: last status: 429. Its"
        " transcript shows how far it came.",
    )


def test_a_complaint_that_was_got_over_is_not_why_a_process_ends() -> None:
    lines = [*_lines("overloaded")[:3], *_lines("implement")[2:4]]

    assert _converse(Recorded(lines, 1))[1] == Ending(
        Failure.CRASH,
        "Codex did not finish: ended with status 1. Its transcript shows how far it came.",
    )


def test_without_a_network_it_is_not_waited_for_ever() -> None:
    reports, ending = _converse(Recorded([BEGUN, *[SEARCHING] * 5, "never read"], 0))

    assert ending == Ending(
        Failure.OVERLOAD,
        "Codex's model cannot answer now: waiting for network (Connection failed: error sending"
        " request). It is asked again later.",
    )
    waits = "for the network (Connection failed: error sending request)"
    assert reports == [Report(session=SESSION), *[Report(waits_for=waits)] * 4]


def test_a_network_that_comes_back_is_gone_on_with() -> None:
    spoken = _lines("implement")

    lines = [*spoken[:2], *[SEARCHING] * 4, *spoken[2:4], *[SEARCHING] * 4, *spoken[4:]]

    assert _converse(Recorded(lines))[1] == Ending(answer="It adds now.")


def test_an_agent_whose_commands_all_lack_their_sandbox_says_what_to_do() -> None:
    _, ending = _converse(_recorded("unsandboxed", 0))

    assert ending == Ending(
        Failure.LAUNCH,
        "Codex cannot start the sandbox for its commands here: bwrap: Creating new namespace"
        " failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC). Allow"
        " unprivileged user namespaces on this machine, or, where something else encloses the"
        ' agent, give it the flags ["--sandbox", "danger-full-access"] in'
        " .kittify/orchestrator.toml.",
    )


def test_an_agent_without_a_sandbox_is_ended_at_its_third_command() -> None:
    spoken = _lines("unsandboxed")

    _, ending = _converse(Recorded([*spoken[:2], *spoken[2:4] * 3]))

    assert ending.failure is Failure.LAUNCH


def test_a_command_that_has_trouble_with_a_sandbox_of_its_own_is_none_of_codex() -> None:
    fine, lacking = (_lines(name)[3] for name in ("implement", "unsandboxed"))
    end = _lines("implement")[-1]

    assert _converse(Recorded([BEGUN, fine, *[lacking] * 4, end]))[1] == Ending()


def test_lines_that_are_no_events_tell_nothing() -> None:
    lines = ["", "Reading prompt from stdin...", "[1]", '"x"', '{"type":7}', '{"type":"item.x"}']
    odd = '{"type":"item.completed","item":{"type":"file_change","changes":[null,{"kind":3}]}}'

    reports, ending = _converse(Recorded([*lines, odd, *_lines("implement")]))

    assert ending == Ending(answer="It adds now.")
    assert reports[:2] == [Report(said=" ,  "), Report(session=SESSION)]


@pytest.mark.parametrize(
    ("said", "reset"),
    [
        ("or try again at 3:28 PM.", datetime(2026, 11, 22, 15, 29)),
        ("or try again at 2:05 PM.", datetime(2026, 11, 22, 14, 6)),
        ("Try again at 12:10 AM.", datetime(2026, 11, 23, 0, 11)),
        ("Try again at Nov 23rd, 2026 2:13 AM.", datetime(2026, 11, 23, 2, 14)),
        ("or try again at Jul 5th, 2027 8:19 PM.", datetime(2027, 7, 5, 20, 20)),
        ("or try again in 5 days 22 hours 11 minutes.", datetime(2026, 11, 28, 12, 16, 30)),
        ("Please try again in 6.5s. Visit https://x", datetime(2026, 11, 22, 14, 5, 36, 500000)),
        ("Please try again in 1m30s. Visit", datetime(2026, 11, 22, 14, 7)),
        ("Please try again in 250ms.", datetime(2026, 11, 22, 14, 5, 30, 250000)),
        ("The limit resets in 2 hours", datetime(2026, 11, 22, 16, 5, 30)),
        ("Your limit resets at 3pm", datetime(2026, 11, 22, 15)),
        ("or try again later.", None),
        ("Try again at Feb 31st, 2027 8:19 PM.", None),
    ],
)
def test_the_end_of_a_limit_is_read_as_codex_tells_it(said: str, reset: datetime | None) -> None:
    assert reset_told(said, NOW) == (reset and reset.timestamp())


# Each as the real program says it, by its own source, its users' reports or its own mouth.
@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ("You’ve hit your usage limit. Try again later.", Failure.RATE_LIMIT),  # noqa: RUF001
        ("You've hit your usage limit for o9. Switch to another model now,", Failure.RATE_LIMIT),
        ("exceeded retry limit, last status: 429 Too Many Requests", Failure.RATE_LIMIT),
        (
            "stream disconnected before completion: Rate limit reached for gpt-5 on tokens per min"
            " (TPM): Limit 30000, Used 29000, Requested 4000. Please try again in 6.2s.",
            Failure.RATE_LIMIT,
        ),
        ("Quota exceeded. Check your plan and billing details.", Failure.AUTH),
        ("Your workspace is out of credits. Add credits to continue.", Failure.AUTH),
        ("You hit your spend cap set in your workspace. Increase it.", Failure.AUTH),
        ("To use Codex with your ChatGPT plan, upgrade to Plus: https://x", Failure.AUTH),
        ("unexpected status 401 Unauthorized: Missing bearer", Failure.AUTH),
        ("Access blocked by Cloudflare. (status 403 Forbidden)", Failure.AUTH),
        ("Missing environment variable: `MY_KEY`.", Failure.AUTH),
        (
            "Your access token could not be refreshed because your refresh token was already used."
            " Please log out and sign in again.",
            Failure.AUTH,
        ),
        ("exceeded retry limit, last status: 503 Service Unavailable", Failure.OVERLOAD),
        ("unexpected status 529 <unknown status code>: Overloaded", Failure.OVERLOAD),
        ("We’re currently experiencing high demand, which", Failure.OVERLOAD),  # noqa: RUF001
        ("Selected model is at capacity. Please try a different model.", Failure.OVERLOAD),
        ("stream disconnected before completion: stream closed", Failure.OVERLOAD),
        ("Connection failed: error sending request", Failure.OVERLOAD),
        ("request timed out", Failure.OVERLOAD),
        (
            '{"detail":"The \'x\' model is not supported when using Codex with ChatGPT."}',
            Failure.LAUNCH,
        ),
        ("The model `gpt-99` does not exist or you do not have access to it.", Failure.LAUNCH),
        ("Error loading config.toml: unknown variant `nonsense`", Failure.LAUNCH),
        ("codex-linux-sandbox was required but not provided", Failure.LAUNCH),
        ("Codex ran out of room in the model's context window. Start a new", Failure.CRASH),
        ("internal error; agent loop died unexpectedly", Failure.CRASH),
        ("", Failure.CRASH),
    ],
)
def test_a_sentence_of_codex_has_one_class(said: str, failure: Failure) -> None:
    assert class_of(said) is failure
