"""Reads durations."""

import re

SECONDS = {"h": 3600, "m": 60, "s": 1}

_DURATION = re.compile(r"(?:[0-9]+[hms]\s*)+")
_PART = re.compile(r"([0-9]+)([hms])")


def parse(text: str) -> int:
    """Returns the seconds of a text such as `1h 30m`.

    Raises ValueError when the text is no duration.
    """
    if not _DURATION.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is no duration; write it like '1h 30m'")
    return sum(int(number) * SECONDS[unit] for number, unit in _PART.findall(text))
