"""Joins what is drawn and what is counted in one line."""

from collections.abc import Callable

from glimpse.bars import draw
from glimpse.series import Series
from glimpse.summary import summarize


def line(series: Series, write: Callable[[float], str] = str) -> str:
    """Returns bars and summary; `write` makes the text of one number."""
    found = summarize(series)
    parts = (("low", found.low), ("high", found.high), ("mean", found.mean))
    return "  ".join([draw(series), *(f"{name} {write(number)}" for name, number in parts)])
