"""Says how much a number changed."""

from glimpse.numbers import short


def change(before: float, after: float) -> str:
    """Returns the difference and its share, such as `+40 (+50 %)`."""
    difference = after - before
    if not difference:
        return "unchanged"
    sign = "+" if difference > 0 else ""
    share = f" ({difference / abs(before):+.0%})".replace("%", " %") if before else ""
    return f"{sign}{short(difference)}{share}"
