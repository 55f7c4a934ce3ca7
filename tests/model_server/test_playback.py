"""Checks what a scenario answers, without any wire format."""

from __future__ import annotations

import pytest

from model_server import Bash, Failure, Part, Scenario, Turn, scenario
from model_server.dialogue import Dialogue, Reply, ToolCall, Tools
from model_server.playback import SIDE_ANSWER, NoPartError, Playback

_TOOLS: Tools = {"Bash": {}}


def _due(turn: int, *prompts: str, session: str = "one") -> Dialogue:
    return Dialogue(session, prompts or ("Do it",), turn, _TOOLS)


def _said(playback: Playback, dialogue: Dialogue) -> str:
    answer = playback.answer(dialogue)
    assert isinstance(answer, Reply)
    return answer.say


def test_each_turn_of_the_request_has_its_own_answer() -> None:
    playback = Playback(scenario(Turn(do=(Bash("ls"),)), Turn(say="Done.")))

    first, second = playback.answer(_due(0)), playback.answer(_due(1))

    call = ToolCall("Bash", {"command": "ls", "description": "Run a command"})
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert (first.calls, second.calls, second.say) == ((call,), (), "Done.")


def test_a_repeated_request_has_the_same_answer() -> None:
    playback = Playback(scenario(Turn(say="One."), Turn(say="Two.")))

    assert [_said(playback, _due(1)), _said(playback, _due(1))] == ["Two.", "Two."]


def test_after_the_last_turn_the_model_asks_for_nothing() -> None:
    playback = Playback(scenario(Turn(do=(Bash("ls"),))))

    answer = playback.answer(_due(1))

    assert isinstance(answer, Reply)
    assert (answer.say, answer.calls) == ("Done.", ())


def test_the_prompt_decides_which_part_answers() -> None:
    parts = Part((Turn(say="Approved."),), when="(?i)review"), Part((Turn(say="Written."),))
    playback = Playback(Scenario(parts))

    said = [_said(playback, _due(0, prompt)) for prompt in ("Write it", "Now review it")]

    assert said == ["Written.", "Approved."]


def test_only_the_last_prompt_decides() -> None:
    parts = Part((Turn(say="Approved."),), when="review"), Part((Turn(say="Written."),))
    playback = Playback(Scenario(parts))

    assert _said(playback, _due(0, "review it", "write it")) == "Written."


def test_a_part_answers_no_more_prompts_than_it_says() -> None:
    parts = Part((Turn(say="No."), Turn(say="Never.")), prompts=2), Part((Turn(say="Yes."),))
    playback = Playback(Scenario(parts))

    said = [
        _said(playback, _due(0)),
        _said(playback, _due(0, session="two")),
        _said(playback, _due(0, session="three")),
        _said(playback, _due(1)),
    ]

    assert said == ["No.", "No.", "Yes.", "Never."]


def test_another_prompt_in_a_session_counts_as_one_more() -> None:
    parts = Part((Turn(say="No."),), prompts=1), Part((Turn(say="Yes."),))
    playback = Playback(Scenario(parts))

    assert [_said(playback, _due(0, "a")), _said(playback, _due(0, "a", "b"))] == ["No.", "Yes."]


def test_a_turn_fails_as_often_as_it_says_and_is_played_then() -> None:
    failure = Failure(429, times=2, retry_after_seconds=1)
    playback = Playback(scenario(Turn(say="Well.", fail=failure)))

    answers = [playback.answer(_due(0)) for _ in range(3)]

    assert answers[:2] == [failure, failure]
    assert isinstance(answers[2], Reply)


def test_a_failure_without_a_number_stays() -> None:
    failure = Failure(401)
    playback = Playback(scenario(Turn(fail=failure)))

    assert [playback.answer(_due(0)) for _ in range(20)] == [failure] * 20


def test_a_request_without_tools_is_answered_beside_the_scenario() -> None:
    playback = Playback(scenario(Turn(fail=Failure(500))))

    assert _said(playback, Dialogue("one", ("A title, please",), 0, {})) == SIDE_ANSWER


def test_a_prompt_that_no_part_answers_is_refused() -> None:
    playback = Playback(Scenario((Part((Turn(say="Approved."),), when="review"),)))

    with pytest.raises(NoPartError, match="No part of the scenario answers this prompt: write it"):
        playback.answer(_due(0, "write it"))
