"""Owns reading the committed `.kittify/config.toml`, and finding the line of a key in it."""

from __future__ import annotations

import re
import tomllib

from spec_kitty.domain.planning.plan import Problem
from spec_kitty.domain.planning.settings import SETTINGS_PATH, ProjectSettings
from spec_kitty.domain.planning.settings_keys import parse_settings
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.objects import GitObjects

MAX_FILE_BYTES = 256 << 10

_SECTION = re.compile(r"[ \t]*\[[ \t]*([\w.\"'-]+)[ \t]*\]")
_KEY = re.compile(r"[ \t]*[\"']?([\w-]+)[\"']?[ \t]*[.=]")
_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")


def read_settings(objects: GitObjects, oid: str, kind: str, size: int) -> ProjectSettings:
    """Reads the settings of the blob. Raises Refusal (PLAN_INVALID)."""
    if kind != "blob":
        raise _refused((_problem(None, "This must be a file."),))
    if size > MAX_FILE_BYTES:
        raise _refused((_problem(None, f"The file is over {MAX_FILE_BYTES >> 10} KiB."),))
    settings = settings_of(objects.read(oid))
    if isinstance(settings, ProjectSettings):
        return settings
    raise _refused(settings)


def settings_of(content: bytes) -> ProjectSettings | tuple[Problem, ...]:
    """Parses the file, or says all that is wrong with it."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (_problem(line, "The file is not UTF-8. Save it as UTF-8."),)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        message = f"This is not TOML: {_PLACE.sub('', str(error))}."
        return (_problem(int(place[1]) if place else None, message),)
    except (RecursionError, ValueError):
        return (_problem(None, "This is not TOML that can be read."),)
    return parse_settings(document, lambda section, name: _line_of(text, section, name))


def _line_of(text: str, section: str, name: str) -> int | None:
    """Finds the line of a key, of a section for a key at the top; None in unusual spellings."""
    current = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _SECTION.match(line):
            current = header[1].strip("\"'")
            if not section and current.split(".")[0] == name:
                return number
        elif (key := _KEY.match(line)) and (current, key[1]) == (section, name):
            return number
    return None


def _problem(line: int | None, message: str) -> Problem:
    return Problem(SETTINGS_PATH, line, message, "error", None)


def _refused(problems: tuple[Problem, ...]) -> Refusal:
    shown = " ".join(f"{_place(each)}: {each.message}" for each in problems[:5])
    more = f" And {len(problems) - 5} more." if len(problems) > 5 else ""
    return Refusal(
        ErrorCode.PLAN_INVALID,
        f"The project's settings cannot be used. {shown}{more} Correct and commit the file.",
        problems=[
            {"path": each.path, "line": each.line, "message": each.message} for each in problems
        ],
    )


def _place(problem: Problem) -> str:
    return problem.path if problem.line is None else f"{problem.path}:{problem.line}"
