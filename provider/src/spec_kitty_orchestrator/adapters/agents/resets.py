"""Owns how the end of a rate limit is read from what agents say to people.

A time of day alone is the next one, in the zone that stands behind it; without a zone it is the
machine's own, in which agents print it.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# "usage limit reached|1754000000"; a longer number counts milliseconds.
_EPOCH = re.compile(r"\|(\d{10})(?:\d{3})?\b")
# "resets 2pm (Asia/Shanghai)", "resets at 1:40 pm", "resets Nov 25 at 3pm (UTC)".
_CLOCK = re.compile(
    r"resets(?: at| on)? (?:(?P<month>[a-z]{3})[a-z]* (?P<day>\d{1,2})(?:,| at)* )?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap])m(?: \((?P<zone>[\w/+-]+)\))?",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def told_reset(text: str, now: float) -> float | None:
    """Returns when the limit ends, in seconds since the epoch as `now` is; None if not told."""
    if found := _EPOCH.search(text):
        return float(found[1])
    if found := _CLOCK.search(text):
        try:
            zone = ZoneInfo(found["zone"]) if found["zone"] else None
            return _next(found, datetime.fromtimestamp(now, zone).astimezone(zone)).timestamp()
        except (LookupError, OSError, ValueError):
            return None  # No such zone, or no such day.
    return None


def _next(found: re.Match[str], now: datetime) -> datetime:
    hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "p" else 0)
    at = now.replace(hour=hour, minute=int(found["minute"] or 0), second=0, microsecond=0)
    if found["month"] is None:
        return at if at > now else at + timedelta(days=1)
    month = _MONTHS.index(found["month"].lower()) + 1
    at = at.replace(month=month, day=int(found["day"]))
    # A date long gone is next year's.
    return at if at > now - timedelta(days=31) else at.replace(year=at.year + 1)
