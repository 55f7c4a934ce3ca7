"""Draws a series with one character for each value."""

from glimpse.series import Series

BARS = "▁▂▃▄▅▆▇█"


def draw(series: Series) -> str:
    """Returns a bar for each value, the lowest for the least."""
    low, high = min(series.values), max(series.values)
    step = (high - low) / (len(BARS) - 1)
    return "".join(BARS[round((value - low) / step)] for value in series.values)
