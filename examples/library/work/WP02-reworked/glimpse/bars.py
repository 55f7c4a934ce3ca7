"""Draws a series with one character for each value."""

from glimpse.series import Series

BARS = "▁▂▃▄▅▆▇█"
FLAT = "▄"
GAP = " "


def draw(series: Series) -> str:
    """Returns a bar for each value, the lowest for the least, and a space for a gap."""
    low, high = min(series.known), max(series.known)
    return "".join(GAP if value is None else _bar(value, low, high) for value in series.values)


def _bar(value: float, low: float, high: float) -> str:
    if low == high:
        return FLAT
    return BARS[round((value - low) / (high - low) * (len(BARS) - 1))]
