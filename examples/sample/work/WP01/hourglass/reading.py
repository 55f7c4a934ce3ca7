"""Reads durations."""

import re

SECONDS = {"h": 3600, "m": 60, "s": 1}


def parse(text: str) -> int:
    """Returns the seconds of a text such as `1h 30m`."""
    parts = re.findall(r"([0-9]+)([hms])", text)
    return sum(int(number) * SECONDS[unit] for number, unit in parts)
