"""Says in a few numbers what a series is like."""

from dataclasses import dataclass

from glimpse.series import Series


@dataclass(frozen=True)
class Summary:
    low: float
    high: float
    mean: float


def summarize(series: Series) -> Summary:
    """Returns the summary of all values that are known."""
    known = series.known
    return Summary(min(known), max(known), sum(known) / len(known))
