from __future__ import annotations

import pytest

from spec_kitty_orchestrator.domain.agents import PromptBy
from spec_kitty_orchestrator.domain.settings.command_template import check_template, fill_template


def refusal(*argv: str, prompt_by: PromptBy = PromptBy.STDIN) -> str:
    with pytest.raises(ValueError, match=r"\w") as refused:
        check_template(argv, prompt_by)
    return str(refused.value)


@pytest.mark.parametrize(
    ("argv", "prompt_by"),
    [
        (("agent",), PromptBy.STDIN),
        (("agent", "--in={workspace}", "{role}{wp}", "{feature}", "{attempt}"), PromptBy.STDIN),
        (("agent", "--model", "{model}", "{prompt_file}"), PromptBy.FILE),
        (("agent", "{prompt}"), PromptBy.ARGUMENT),
        (("agent",), PromptBy.ARGUMENT),
        (("agent", '{{"json": "{role}"}}'), PromptBy.STDIN),
    ],
)
def test_a_template_of_known_places_is_accepted(argv: tuple[str, ...], prompt_by: PromptBy) -> None:
    check_template(argv, prompt_by)


def test_an_unknown_place_is_named_with_the_nearest_and_all_known_ones() -> None:
    assert refusal("agent", "{workspce}") == (
        "The command has no place {workspce}. Is {workspace} meant? It knows {attempt}, {feature},"
        " {model}, {prompt}, {prompt_file}, {role}, {workspace}, {wp}; a brace that is meant as"
        " such is doubled."
    )


@pytest.mark.parametrize("word", ["{}", "{0}", "{wp.id}", "{wp[0]}", "${HOME}"])
def test_a_place_is_a_name_and_nothing_else(word: str) -> None:
    assert refusal("agent", word).startswith("The command has no place {")


@pytest.mark.parametrize("word", ["{wp!r}", "{wp:>10}"])
def test_a_place_has_no_format(word: str) -> None:
    assert refusal("agent", word).startswith("A place holds a name only")


@pytest.mark.parametrize("word", ["{wp", "wp}", "{"])
def test_a_brace_without_a_partner_is_refused(word: str) -> None:
    assert refusal("agent", word).startswith("A brace has no partner in: ")


@pytest.mark.parametrize("argv", [(), ("",), (" ", "x")])
def test_a_command_needs_a_program(argv: tuple[str, ...]) -> None:
    assert refusal(*argv) == "The command is empty: its first word has to be a program."


def test_the_program_has_no_place() -> None:
    assert refusal("{workspace}/agent").startswith("The first word of the command is the program")


def test_a_prompt_file_that_nobody_is_told_of_is_refused() -> None:
    sentence = 'With prompt = "file" the command needs the place {prompt_file}.'
    assert refusal("agent", prompt_by=PromptBy.FILE) == sentence


@pytest.mark.parametrize(("word", "way"), [("{prompt_file}", "file"), ("{prompt}", "argument")])
def test_a_place_of_the_prompt_needs_its_way(word: str, way: str) -> None:
    sentence = f'The command has {word}, which needs prompt = "{way}".'
    assert refusal("agent", word, prompt_by=PromptBy.STDIN) == sentence


def test_values_are_filled_in_as_they_are_and_doubled_braces_become_single() -> None:
    filled = fill_template(("agent", "{{x}} {wp}", "{wp}"), {"wp": "a {b} $c; 'd'"})
    assert filled == ("agent", "{x} a {b} $c; 'd'", "a {b} $c; 'd'")
