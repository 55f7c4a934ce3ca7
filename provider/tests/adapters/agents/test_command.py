"""Runs real programs through the adapter of command agents."""

from __future__ import annotations

import json
import signal

import pytest

from agent_drive import Drive
from spec_kitty_orchestrator.adapters.agents.adapter import Launch
from spec_kitty_orchestrator.adapters.agents.command import Command
from spec_kitty_orchestrator.domain.agents import Agent, Kind, PromptBy, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.verdict import MAX_ANSWER
from spec_kitty_orchestrator.ports import Ending, Report


def shell(script: str, *words: str, prompt_by: PromptBy = PromptBy.STDIN) -> Agent:
    """Returns an agent that is a shell script; `words` are what it is given."""
    command = ("sh", "-c", script.replace("{", "{{").replace("}", "}}"), "agent", *words)
    return Agent("mine", Kind.COMMAND, command, "mine", "mine", prompt_by=prompt_by)


def telling(**told: object) -> str:
    return f"printf '%s\\n' '{json.dumps(told)}'"


def test_what_a_program_prints_is_its_answer(drive: Drive) -> None:
    assert drive.run(shell("echo one; echo two")) == Ending(answer="one\ntwo")
    assert drive.said == ["one", "two"]


@pytest.mark.parametrize("prompt", ["Build it.", "", "{wp} $HOME `x`\n'ä'\n"])
@pytest.mark.parametrize(
    ("script", "words", "prompt_by"),
    [
        ("cat; echo .", (), PromptBy.STDIN),
        ('cat "$1"; echo .', ("{prompt_file}",), PromptBy.FILE),
        ('printf "%s.\\n" "$2"', ("first", "{prompt}"), PromptBy.ARGUMENT),
        ('printf "%s.\\n" "$2"', ("first",), PromptBy.ARGUMENT),
    ],
)
def test_the_prompt_is_given_as_it_is_in_every_way(
    drive: Drive, script: str, words: tuple[str, ...], prompt_by: PromptBy, prompt: str
) -> None:
    ending = drive.run(shell(script, *words, prompt_by=prompt_by), prompt=prompt)
    assert ending.answer.removesuffix(".").rstrip("\n") == prompt.rstrip("\n")


def test_a_prompt_that_is_no_argument_is_made_one(drive: Drive) -> None:
    agent = shell('echo "$1"', prompt_by=PromptBy.ARGUMENT)
    assert drive.run(agent, prompt="a\0b").answer == "a\N{REPLACEMENT CHARACTER}b"


def test_the_places_of_the_template_are_filled(drive: Drive) -> None:
    words = ("{workspace}", "{role}", "{wp}", "{feature}", "{attempt}", "{model}", "{{wp}}")
    ending = drive.run(shell('printf "%s\\n" "$@"', *words))
    folder = str(drive.folder)
    expected = [folder, "implement", "WP01", "001-sample", "WP01-1", "", "{wp}"]
    assert ending.answer.split("\n") == expected


def test_a_program_that_reads_no_prompt_is_heard_while_it_works(drive: Drive) -> None:
    heard = drive.folder / "heard"

    def answer() -> bool:
        if drive.said:
            heard.touch()
        return False

    agent = shell("echo begun; until [ -e heard ]; do sleep 0.02; done; echo end")
    ending = drive.run(agent, until=answer, prompt="p" * 3_000_000)
    assert ending == Ending(answer="begun\nend")


def test_standard_input_ends_when_the_prompt_is_given(drive: Drive) -> None:
    agent = shell("cat; echo end", "{prompt_file}", prompt_by=PromptBy.FILE)
    assert drive.run(agent) == Ending(answer="end")


def test_usage_counts_from_the_programs_start(drive: Drive) -> None:
    agent = shell(
        f"{telling(type='usage', input_tokens=1, output_tokens=2)}\n"
        f"{telling(type='usage', input_tokens=3, output_tokens=4, cached_tokens=5, cost_usd=0.5)}"
    )
    ending = drive.run(agent, used_before=Usage(10, 10, 10, 1.0))
    assert ending == Ending()
    assert drive.reports == [
        Report(session_usage=Usage(11, 12, 10, 1.0)),
        Report(session_usage=Usage(13, 14, 15, 1.5)),
    ]


@pytest.mark.parametrize("count", [-1, "7", None, True])
def test_a_count_that_is_none_counts_as_nothing(drive: Drive, count: object) -> None:
    drive.run(shell(telling(type="usage", input_tokens=count, cost_usd=count, output_tokens=1)))
    assert drive.reports == [Report(session_usage=Usage(0, 1))]


def test_a_session_is_reported_and_given_back(drive: Drive) -> None:
    agent = shell(telling(type="session", id="s1") + '; echo "was $SPEC_KITTY_SESSION"')
    assert drive.run(agent, session="s0") == Ending(answer="was s0")
    assert drive.reports[0] == Report(session="s1")


def test_a_told_rate_limit_is_one_whatever_the_status(drive: Drive) -> None:
    told = {"type": "failure", "class": "rate_limit", "resets_at": 1900000000, "message": "Later."}
    for status in (0, 1):
        ending = drive.run(shell(f"echo half; {telling(**told)}; exit {status}"))
        assert ending == Ending(Failure.RATE_LIMIT, "Later.", "half", 1900000000)


@pytest.mark.parametrize("word", ["auth", "overload", "crash"])
def test_other_told_failures_have_their_class(drive: Drive, word: str) -> None:
    told = {"type": "failure", "class": word, "message": "So."}
    assert drive.run(shell(telling(**told))) == Ending(Failure(word), "So.")


def test_a_failure_that_is_not_a_programs_to_tell_is_a_crash(drive: Drive) -> None:
    ending = drive.run(shell(telling(type="failure", **{"class": "lost"})))
    assert ending == Ending(Failure.CRASH, "it told of a failure: lost")


@pytest.mark.parametrize("line", ["{", '{"a": 1}', '{"verdict": "approved"}', "[1]", "{not json}"])
def test_any_other_line_belongs_to_the_answer(drive: Drive, line: str) -> None:
    assert drive.run(shell('echo "$1"', line.replace("{", "{{").replace("}", "}}"))).answer == line


def test_another_status_than_zero_is_a_crash_that_tells_the_last_errors(drive: Drive) -> None:
    ending = drive.run(shell("echo half; echo 'no disk' >&2; exit 7"))
    message = "The command ended with status 7. It said: no disk"
    assert ending == Ending(Failure.CRASH, message, "half")


def test_an_end_by_a_signal_is_a_crash(drive: Drive) -> None:
    ending = drive.run(shell("kill -9 $$"))
    message = f"The command was ended by signal {int(signal.SIGKILL)}. It said: nothing"
    assert ending == Ending(Failure.CRASH, message)


def test_only_the_end_of_a_long_answer_is_kept(drive: Drive) -> None:
    ending = drive.run(shell("seq 1 100000; echo end"))
    assert ending.answer.endswith("99999\n100000\nend")
    assert MAX_ANSWER - 10 < len(ending.answer) <= MAX_ANSWER


def test_one_line_that_is_too_long_is_cut_at_its_begin(drive: Drive) -> None:
    ending = drive.run(shell("head -c 500000 /dev/zero | tr '\\0' 'x'; echo end"))
    assert ending.answer == "x" * (MAX_ANSWER - 3) + "end"


def test_the_launch_for_the_policy_leaves_the_places_open_and_says_that_it_never_asks(
    drive: Drive,
) -> None:
    agent = shell("true", "{prompt_file}", prompt_by=PromptBy.FILE)
    launch = Command().launch(agent, Role.REVIEW, None, drive.home)
    assert launch == Launch(agent.command, approval_mode="full_auto")
