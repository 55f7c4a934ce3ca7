"""Speaks with a scripted agent, which is a real process, through the adapter."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import pytest

from agent_drive import Drive
from spec_kitty_orchestrator.adapters.agents.acp import Acp
from spec_kitty_orchestrator.adapters.agents.acp_protocol.reading import failed
from spec_kitty_orchestrator.adapters.agents.adapter import Launch
from spec_kitty_orchestrator.domain.agents import Agent, Kind, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending, Report

SCRIPTED = Path(__file__).with_name("scripted_acp_agent.py")


def scripted(*steps: list[object], name: str = "scripted", **given: object) -> Agent:
    """Returns an agent that does these steps when it is given its prompt."""
    own = {key: given.pop(key) for key in ("mode", "model") if key in given}
    script = json.dumps({"steps": steps, **given})
    command = (sys.executable, str(SCRIPTED), script)
    return Agent(name, Kind.ACP, command, "vendor", "family", **own)  # type: ignore[arg-type]


def kept(folder: Path, name: str) -> str:
    return (folder / name).read_text()


def test_a_turn_that_ends_in_order_is_an_ending_without_failure(drive: Drive) -> None:
    ending = drive.run(scripted(["say", "All "], ["say", "done."]))
    assert ending == Ending(answer="All done.")


def test_the_agent_gets_the_prompt_as_it_is(drive: Drive) -> None:
    drive.run(scripted(), prompt="Zeile 1\n„zwei“ {x}\n")
    assert kept(drive.folder, "prompt.txt") == "Zeile 1\n„zwei“ {x}\n"


def test_the_session_is_reported_so_that_it_can_be_resumed(drive: Drive) -> None:
    drive.run(scripted())
    assert drive.reports == [Report(session="session-1")]


def test_what_is_said_is_reported_line_by_line(drive: Drive) -> None:
    drive.run(scripted(["say", "one\ntw"], ["say", "o\n"], ["say", "three"]))
    assert drive.said == ["one", "two", "three"]


def test_the_answer_is_what_was_said_after_the_last_tool(drive: Drive) -> None:
    ending = drive.run(scripted(["say", "I begin."], ["edit", "a.txt", "a"], ["say", "I am done."]))
    assert ending.answer == "I am done."


def test_edits_in_the_folder_are_allowed_once_so_that_the_agent_asks_again(drive: Drive) -> None:
    drive.run(scripted(["edit", "a.txt", "one"], ["edit", "a.txt", "two"]))
    assert (kept(drive.folder, "a.txt"), kept(drive.folder, "picked.txt")) == ("two", "yes\nyes\n")


def test_edits_outside_the_folder_are_rejected_and_the_turn_goes_on(
    drive: Drive, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    ending = drive.run(scripted(["edit", str(outside), "x"], ["say", "Then not."]))
    assert not outside.exists()
    assert ending == Ending(answer="Then not.")
    assert drive.said[0].startswith(f"Not allowed: Writing {outside} is not allowed")


def test_a_word_that_is_named_like_a_command_hides_no_path(drive: Drive, tmp_path: Path) -> None:
    given = {"command": "create", "path": str(tmp_path / "outside.txt")}
    drive.run(scripted(["ask", {"toolCallId": "1", "kind": "edit", "rawInput": given}]))
    assert kept(drive.folder, "picked.txt") == "no\n"


def test_a_denied_command_is_not_run_and_others_are(drive: Drive) -> None:
    drive.run(scripted(["shell", "touch a.txt"], ["shell", "touch b.txt && git push"]))
    assert ((drive.folder / "a.txt").exists(), (drive.folder / "b.txt").exists()) == (True, False)


def test_a_command_that_is_told_in_the_title_alone_is_looked_at(drive: Drive) -> None:
    drive.run(scripted(["ask", {"toolCallId": "1", "kind": "execute", "title": "git push"}]))
    assert kept(drive.folder, "picked.txt") == "no\n"


def test_a_title_does_not_hide_the_command_that_was_told_before(drive: Drive) -> None:
    told: dict[str, object] = {"toolCallId": "1", "kind": "execute", "title": "List files"}
    first = {**told, "sessionUpdate": "tool_call", "rawInput": {"command": ["git", "push"]}}
    drive.run(scripted(["update", first], ["ask", told]))
    assert kept(drive.folder, "picked.txt") == "no\n"


def test_a_turn_that_ends_without_a_word_at_a_rejection_failed(drive: Drive) -> None:
    ending = drive.run(scripted(["say", "I begin."], ["edit", "/outside.txt", "x"]))
    assert (ending.failure, ending.answer) == (Failure.CRASH, "")
    early = "scripted ended its turn early (end_turn). It was not allowed: Writing /outside.txt"
    assert ending.message.startswith(early)


def test_a_rejection_that_ends_the_turn_is_picked_only_where_there_is_no_other(
    drive: Drive,
) -> None:
    ending = drive.run(scripted(["edit", "/outside.txt", "x"], options=["yes", "cancel"]))
    assert ending.failure is Failure.CRASH
    assert ending.message.startswith(
        "scripted ended its turn early (cancelled). It was not allowed"
    )


def test_a_request_without_a_rejection_is_answered_as_cancelled(drive: Drive) -> None:
    drive.run(scripted(["edit", "/outside.txt", "x"], options=["yes"]))
    assert kept(drive.folder, "picked.txt") == "None\n"


def test_plans_are_told_in_one_line(drive: Drive) -> None:
    entries = [
        {"content": "Read", "priority": "low", "status": "completed"},
        {"content": "Write", "priority": "low", "status": "in_progress"},
    ]
    drive.run(scripted(["update", {"sessionUpdate": "plan", "entries": entries}]))
    assert drive.said == ["Plan: 1 of 2 done, now: Write"]


def usage_of(drive: Drive) -> list[Usage]:
    return [report.session_usage for report in drive.reports if report.session_usage is not None]


COST = {
    "sessionUpdate": "usage_update",
    "used": 1000,
    "size": 200000,
    "cost": {"amount": 0.5, "currency": "USD"},
}
TOKENS = {
    "usage": {"totalTokens": 60, "inputTokens": 10, "outputTokens": 20, "cachedReadTokens": 30}
}


def test_tokens_of_the_prompt_and_cost_of_the_session_are_reported(drive: Drive) -> None:
    drive.run(scripted(["update", COST], ["finish", TOKENS]))
    assert usage_of(drive) == [Usage(cost_usd=0.5), Usage(10, 20, 30, 0.5)]


def test_in_a_session_that_goes_on_tokens_are_added_and_the_cost_is_the_sessions_own(
    drive: Drive,
) -> None:
    agent = scripted(["update", COST], ["finish", TOKENS], load="old")
    drive.run(agent, session="old", used_before=Usage(1, 2, 3, 0.25))
    assert usage_of(drive)[-1] == Usage(11, 22, 33, 0.5)


def test_in_a_session_that_began_anew_the_cost_is_added_too(drive: Drive) -> None:
    agent = scripted(["update", COST], ["finish", TOKENS], load="old")
    drive.run(agent, session="lost", used_before=Usage(1, 2, 3, 0.25))
    assert usage_of(drive)[-1] == Usage(11, 22, 33, 0.75)


def test_tokens_are_read_from_the_quota_where_there_is_no_usage(drive: Drive) -> None:
    quota = {"_meta": {"quota": {"token_count": {"input_tokens": 5, "output_tokens": 6}}}}
    drive.run(scripted(["finish", quota]))
    assert usage_of(drive) == [Usage(5, 6)]


def test_a_loaded_session_is_gone_on_with_and_its_past_is_not_told_again(drive: Drive) -> None:
    ending = drive.run(scripted(["say", "New."], load="old"), session="old")
    assert (ending, drive.reports) == (
        Ending(answer="New."),
        [Report(session="old"), Report(said="New.")],
    )


def test_a_session_that_the_agent_does_not_know_any_more_is_begun_anew(drive: Drive) -> None:
    drive.run(scripted(load="old"), session="other")
    assert drive.reports == [Report(session="session-1")]


def test_an_agent_that_cannot_load_is_not_asked_to(drive: Drive) -> None:
    drive.run(scripted(), session="old")
    assert drive.reports == [Report(session="session-1")]


def test_the_mode_of_the_configuration_is_set(drive: Drive) -> None:
    drive.run(scripted(modes=["auto", "plan"], mode="plan"))
    assert kept(drive.folder, "mode.txt") == "plan"


def test_the_mode_in_which_a_known_agent_asks_is_set(drive: Drive) -> None:
    drive.run(scripted(name="claude-agent-acp", modes=["auto", "default"]))
    assert kept(drive.folder, "mode.txt") == "default"


def test_an_agent_without_the_mode_in_which_it_asks_is_not_used(drive: Drive) -> None:
    ending = drive.run(scripted(name="claude-agent-acp", modes=["auto", "yolo"]))
    assert ending == Ending(
        Failure.LAUNCH,
        "claude-agent-acp has no mode 'default', and none is known in which it asks. Set `mode`"
        " of the agent in .kittify/orchestrator.toml to one of these: auto, yolo.",
    )


def test_the_model_is_set_where_the_agent_lets_it_be_chosen(drive: Drive) -> None:
    drive.run(scripted(models=["small", "large"], model="large"))
    assert kept(drive.folder, "model.txt") == "large"


def test_an_agent_that_takes_no_model_is_not_used_with_another_than_was_asked_for(
    drive: Drive,
) -> None:
    ending = drive.run(scripted(model="large"))
    assert (ending.failure, "Remove `model`" in ending.message) == (Failure.LAUNCH, True)


def test_an_agent_that_speaks_another_version_is_not_used(drive: Drive) -> None:
    ending = drive.run(scripted(version=7))
    assert (ending.failure, "version 7" in ending.message) == (Failure.LAUNCH, True)


def test_a_known_agent_is_signed_in_with_the_key_of_its_environment(drive: Drive) -> None:
    ending = drive.run(
        scripted(
            ["say", "In."],
            name="codex-acp",
            sign_in="api-key",
            modes=["auto", "workspace-write"],
        )
    )
    assert ending == Ending(answer="In.")


@pytest.mark.parametrize("name", ["scripted", "codex-acp"])
def test_an_agent_that_is_not_signed_in_says_what_to_do(drive: Drive, name: str) -> None:
    ending = drive.run(scripted(name=name, sign_in="by-browser"))
    assert ending.failure is Failure.AUTH
    assert ending.message.startswith(f"{name} is not signed in")
    assert ending.message.endswith("then resume the run.")


def test_a_sign_in_that_ends_in_the_middle_is_a_failure_of_the_sign_in(drive: Drive) -> None:
    ending = drive.run(scripted(["fail", -32000, None]))
    assert ending.failure is Failure.AUTH


@pytest.mark.parametrize(
    ("code", "data", "failure"),
    [
        (-32603, {"errorKind": "rate_limit"}, Failure.RATE_LIMIT),
        (-32603, {"http_status_code": 429}, Failure.RATE_LIMIT),
        (429, None, Failure.RATE_LIMIT),
        (-32603, {"errorKind": "overloaded"}, Failure.OVERLOAD),
        (-32603, {"details": "unexpected status 529"}, Failure.OVERLOAD),
        (401, None, Failure.AUTH),
        (-32603, {"errorName": "APIError", "statusCode": 401}, Failure.AUTH),
        (-32603, {"details": "invalid x-api-key"}, Failure.AUTH),
        (-32603, {"details": "no such tool"}, Failure.CRASH),
    ],
)
def test_errors_are_classed_by_what_they_say(
    drive: Drive, code: int, data: object, failure: Failure
) -> None:
    assert drive.run(scripted(["fail", code, data])).failure is failure


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('429 {"resets_at": 1900000000}', 1900000000.0),
        ("429 Usage limit reached|1900000000", 1900000000.0),
        ("429, Retry-After: 30", 1030.0),
        ("Rate limit reached. Please try again in 2 hours 3 minutes.", 1000.0 + 7380),
        ("429 Too Many Requests", None),
        ("overloaded, retry-after: 30", None),
    ],
)
def test_a_limit_with_a_reset_time_carries_it(told: str, expected: float | None) -> None:
    assert failed(told, 1000.0).resets_at == expected


def test_an_end_in_order_after_a_system_error_is_none(drive: Drive) -> None:
    status = {"codex": {"threadStatus": {"type": "systemError"}}}
    ending = drive.run(
        scripted(
            ["update", {"sessionUpdate": "session_info_update", "_meta": status}],
            ["say", "exceeded retry limit, last status: 429 Too Many Requests"],
        )
    )
    said = "exceeded retry limit, last status: 429 Too Many Requests"
    assert ending == Ending(Failure.RATE_LIMIT, said, said)


@pytest.mark.parametrize("reason", ["refusal", "max_tokens", "max_turn_requests", "cancelled"])
def test_a_turn_that_stops_early_failed(drive: Drive, reason: str) -> None:
    ending = drive.run(scripted(["say", "Half"], ["finish", {"stopReason": reason}]))
    message = f"scripted ended its turn early ({reason})."
    assert ending == Ending(Failure.CRASH, message, "Half")


def test_an_agent_that_dies_failed_and_its_last_words_are_told(drive: Drive) -> None:
    ending = drive.run(scripted(["say", "Half"], ["die", "out of memory"]))
    assert (ending.failure, ending.answer) == (Failure.CRASH, "Half")
    assert "out of memory" in ending.message


def test_a_program_that_does_not_speak_the_protocol_failed(drive: Drive) -> None:
    agent = Agent("other", Kind.ACP, ("sh", "-c", "echo hello; echo bad option >&2"), "v", "f")
    ending = drive.run(agent)
    assert (ending.failure, "bad option" in ending.message) == (Failure.CRASH, True)


def test_what_is_no_message_or_of_a_newer_protocol_is_passed_over_in_silence(
    drive: Drive, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    noise: list[list[object]] = [
        ["print", "Loading…"],
        ["print", "[1, 2]"],
        ["print", '{"jsonrpc": "2.0", "method": "vendor/notice", "params": {}}'],
        ["update", {"sessionUpdate": "of_tomorrow"}],
        ["update", {"sessionUpdate": "plan", "entries": 7}],
    ]
    ending = drive.run(scripted(*noise, ["say", "Done."]))
    assert ending == Ending(answer="Done.")
    assert [each.message for each in caplog.records if each.name != "asyncio"] == []


def test_a_message_of_many_megabytes_is_read(drive: Drive) -> None:
    ending = drive.run(scripted(["tell_big", 30_000_000], ["say", "Done."]))
    assert ending == Ending(answer="Done.")


def test_an_agent_whose_work_is_cancelled_is_told_so_before_it_is_ended(drive: Drive) -> None:
    hangs = drive.folder / "hanging.txt"
    with pytest.raises(asyncio.CancelledError):
        drive.run(scripted(["hang"]), until=hangs.exists)
    assert (drive.folder / "cancelled.txt").exists()


def test_an_agent_that_does_not_listen_is_cancelled_all_the_same(drive: Drive) -> None:
    hangs = drive.folder / "hanging.txt"
    with pytest.raises(asyncio.CancelledError):
        drive.run(scripted(["stay_deaf"]), until=hangs.exists)


def test_files_and_terminals_are_not_offered_to_agents_that_can_do_without(drive: Drive) -> None:
    drive.run(scripted())
    assert kept(drive.folder, "capabilities.json") == "{}"


def test_writing_files_is_offered_to_agents_whose_own_tool_asks_nobody(drive: Drive) -> None:
    drive.run(scripted(name="opencode"))
    offered = json.loads(kept(drive.folder, "capabilities.json"))
    assert offered["fs"] == {"writeTextFile": True}


def test_files_are_written_for_the_agent_where_it_may(drive: Drive) -> None:
    path = drive.folder / "new" / "a.txt"
    ending = drive.run(scripted(["edit_by_client", str(path), "ä\r\n"]))
    assert (ending.answer, path.read_bytes()) == ("True ", "ä\r\n".encode())


def test_files_are_not_written_through_a_link_that_leads_out(drive: Drive, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (drive.folder / "link").symlink_to(outside)
    ending = drive.run(scripted(["edit_by_client", str(drive.folder / "link" / "a.txt"), "x"]))
    assert (ending.answer, list(outside.iterdir())) == ("False ", [])


@pytest.mark.parametrize("way", ["../secret.txt", "link"])
def test_files_outside_are_not_read_for_the_agent(drive: Drive, tmp_path: Path, way: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (drive.folder / "link").symlink_to(tmp_path / "secret.txt")
    ending = drive.run(scripted(["read_by_client", str(drive.folder / way)]))
    assert "lies outside" in ending.answer


def test_a_path_that_cannot_be_is_refused_in_silence(
    drive: Drive, caplog: pytest.LogCaptureFixture
) -> None:
    ending = drive.run(scripted(["edit_by_client", "a\0b", "x"], ["read_by_client", "a\0b"]))
    assert (ending.answer[:6], "embedded null" in ending.answer) == ("False ", True)
    assert [each.message for each in caplog.records if each.name != "asyncio"] == []


def test_a_file_that_is_missing_is_told_as_missing(drive: Drive) -> None:
    ending = drive.run(scripted(["read_by_client", str(drive.folder / "none.txt")]))
    assert json.loads(ending.answer)["code"] == -32002


def test_a_mode_in_which_the_agent_asks_nobody_is_declared(drive: Drive) -> None:
    agent = Agent("qwen", Kind.ACP, ("qwen", "--acp"), "v", "f", mode="yolo")
    launch = Acp().launch(agent, Role.IMPLEMENT, None, drive.home)
    assert (launch.approval_mode, launch.dangerous_flags) == ("full_auto", ("mode yolo",))


def test_the_launch_is_the_same_with_and_without_an_assignment(drive: Drive) -> None:
    agent = Agent("mine", Kind.ACP, ("/opt/opencode", "acp"), "v", "f", flags=("--x",))
    launch = Acp().launch(agent, Role.REVIEW, None, drive.home)
    assert launch == Acp().launch(agent, Role.REVIEW, drive.assignment(agent), drive.home)
    assert launch == Launch(("/opt/opencode", "acp", "--x"), launch.environment, {}, "auto", ())
    assert "OPENCODE_PERMISSION" in launch.environment
