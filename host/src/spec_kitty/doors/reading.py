"""Owns how a call's words become checked values: parsed at the door, trusted inside."""

from __future__ import annotations

from spec_kitty.domain.lanes import LANE_WORDS, lane_named
from spec_kitty.domain.names import MAX_NOTE_CHARACTERS, is_actor, is_package_id, is_slug
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.commands import COMMANDS, Command, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_NAME_CHARACTERS = 200
MAX_ATTEMPT_DIGITS = 9
_OID_CHARACTERS = frozenset("0123456789abcdef")


class Arguments:
    """Holds the values of one call by flag name; a flag that was not given has none."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def has(self, name: str) -> bool:
        return name in self._values

    def canonical(self) -> str:
        """Returns the call as text, the same for the same call; keys of idempotency left out."""
        kept = {n: v for n, v in self._values.items() if n not in ("idempotency-key", "json")}
        return repr(sorted(kept.items()))


def read_arguments(command: Command, words: Sequence[str]) -> Arguments:
    """Reads `--name value` and `--name=value`. Raises Refusal (USAGE_ERROR)."""
    values: dict[str, str] = {}
    place = 0
    while place < len(words):
        name, value, place = _option(command, words, place)
        if name in values and name != "json":
            raise usage(f"--{name} is given twice.", flag=f"--{name}")
        values[name] = value
    missing = [
        f"--{flag.name}" for flag in command.flags if flag.required and flag.name not in values
    ]
    if missing:
        raise usage(f"{command.name} needs {', '.join(missing)}.", missing=missing)
    return Arguments(values)


def _option(command: Command, words: Sequence[str], place: int) -> tuple[str, str, int]:
    word = words[place]
    if not word.startswith("--"):
        raise usage(f"'{shown(word)}' is not an option of {command.name}.")
    name, has_value, value = word[2:].partition("=")
    flag = command.flag(name)
    if flag is None:
        known = ", ".join(f"--{each.name}" for each in command.flags)
        raise usage(f"{command.name} has no option '{shown(word)}'. It has: {known}.")
    if flag.kind is Kind.SWITCH:
        if has_value:
            raise usage(f"--{name} takes no value.", flag=f"--{name}")
        return name, "", place + 1
    if not has_value:
        if place + 1 >= len(words):
            raise usage(f"--{name} needs a value.", flag=f"--{name}")
        value = words[place + 1]
        place += 1
    _check(f"--{name}", flag.kind, value)
    return name, value, place + 1


def _check(flag: str, kind: Kind, value: str) -> None:
    if kind is Kind.POLICY:
        return
    if not _is_text(value):
        raise usage(f"The value of {flag} is not valid UTF-8.", flag=flag)
    fits, what = _CHECKS[kind]
    if not fits(value):
        raise usage(f"{flag} cannot be '{shown(value)}': it must be {what}.", flag=flag)


def _is_text(value: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _is_name(value: str) -> bool:
    return 0 < len(value) <= MAX_NAME_CHARACTERS and value.isprintable()


def _is_attempt(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= MAX_ATTEMPT_DIGITS


def _is_cursor(value: str) -> bool:
    return len(value) in (40, 64) and _OID_CHARACTERS.issuperset(value)


_CHECKS: dict[Kind, tuple[Callable[[str], bool], str]] = {
    Kind.FEATURE: (
        is_slug,
        "a feature's slug such as 034-my-feature (at most 100 letters, digits, '.', '_', '-')",
    ),
    Kind.PACKAGE: (is_package_id, "the id of a work package such as WP01"),
    Kind.ACTOR: (is_actor, "one printable line of at most 200 characters"),
    Kind.LANE: (lambda value: lane_named(value) is not None, f"one of {', '.join(LANE_WORDS)}"),
    Kind.NAME: (_is_name, "one printable line of at most 200 characters"),
    Kind.KEY: (_is_name, "one printable line of at most 200 characters"),
    Kind.TEXT: (
        lambda value: 0 < len(value) <= MAX_NOTE_CHARACTERS,
        f"1 to {MAX_NOTE_CHARACTERS} characters",
    ),
    Kind.EVIDENCE: (bool, "a JSON object"),
    Kind.ATTEMPT: (_is_attempt, "a number"),
    Kind.CURSOR: (_is_cursor, "a cursor that feature-state or history gave"),
}


def shown(value: str) -> str:
    """Returns a value from outside as it can stand in a message: one short printable line.

    A policy may be given where it does not belong, so what looks like a credential is not quoted.
    """
    from spec_kitty.domain.policy.credentials import find

    if find(value, examples_pass=False):
        return "(what looks like a credential)"
    short = value if len(value) <= 60 else value[:57] + "..."
    return "".join(char if char.isprintable() else "?" for char in short)


def usage(message: str, **facts: object) -> Refusal:
    return Refusal(ErrorCode.USAGE_ERROR, message, **facts)


def unknown_command(name: str | None) -> Refusal:
    known = [command.name for command in COMMANDS]
    said = "A command is needed." if name is None else f"There is no command '{shown(name)}'."
    return usage(f"{said} There are: {', '.join(known)}.", commands=known)
