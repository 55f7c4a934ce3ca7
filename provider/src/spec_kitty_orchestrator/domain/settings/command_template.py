"""Owns the template of a command agent: which places it may have, and how they are filled.

It is a list of words, never a line for a shell, so that nothing that is filled in is split or
expanded. What the words mean to the program is not known here.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from string import Formatter

from spec_kitty_orchestrator.domain.agents import PromptBy

# Every place but the prompt's own two.
PLACES = ("workspace", "role", "wp", "feature", "attempt", "model")
# Where the prompt goes, for each way of giving it that has a place.
PROMPT_PLACES = {PromptBy.FILE: "prompt_file", PromptBy.ARGUMENT: "prompt"}


def check_template(argv: Sequence[str], prompt_by: PromptBy) -> None:
    """Raises ValueError with a sentence for people when the template cannot be filled."""
    if not argv or not argv[0].strip():
        raise ValueError("The command is empty: its first word has to be a program.")
    if _places(argv[0]):
        raise ValueError(f"The first word of the command is the program, without places: {argv[0]}")
    used = {place for word in argv for place in _places(word)}
    for place in sorted(used - {*PLACES, *PROMPT_PLACES.values()}):
        raise ValueError(_unknown(place))
    for way, place in PROMPT_PLACES.items():
        if place in used and way is not prompt_by:
            raise ValueError(f'The command has {{{place}}}, which needs prompt = "{way}".')
    if prompt_by is PromptBy.FILE and "prompt_file" not in used:
        raise ValueError('With prompt = "file" the command needs the place {prompt_file}.')


def fill_template(argv: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the words to start, from a template that was checked."""
    return tuple(word.format_map(values) for word in argv)


def has_place(argv: Sequence[str], place: str) -> bool:
    return any(place in _places(word) for word in argv)


def _places(word: str) -> tuple[str, ...]:
    try:
        parts = tuple(Formatter().parse(word))
    except ValueError:
        raise ValueError(f"A brace has no partner in: {word} ({_DOUBLING})") from None
    for _, place, form, conversion in parts:
        if place is not None and (form or conversion):
            raise ValueError(f"A place holds a name only, no ! and no :, in: {word} ({_DOUBLING})")
    return tuple(place for _, place, _, _ in parts if place is not None)


def _unknown(place: str) -> str:
    known = (*PLACES, *PROMPT_PLACES.values())
    near = get_close_matches(place, known, 1)
    guess = f" Is {{{near[0]}}} meant?" if near else ""
    names = ", ".join(f"{{{name}}}" for name in sorted(known))
    return f"The command has no place {{{place}}}.{guess} It knows {names}; {_DOUBLING}."


_DOUBLING = "a brace that is meant as such is doubled"
