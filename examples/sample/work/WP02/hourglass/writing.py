"""Writes durations."""

UNITS = (("h", 3600), ("m", 60), ("s", 1))


def format(seconds: int) -> str:
    """Returns a duration for people, such as `1h 30m`."""
    parts = []
    for unit, size in UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts) or "0s"
