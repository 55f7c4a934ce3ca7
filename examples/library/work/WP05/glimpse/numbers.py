"""Writes numbers so short that many fit in a line."""

SUFFIXES = (("G", 1e9), ("M", 1e6), ("k", 1e3))


def short(number: float) -> str:
    """Returns a number with three digits that count, such as `12.3k`."""
    rounded = float(f"{number:.3g}")
    for suffix, size in SUFFIXES:
        if abs(rounded) >= size:
            return f"{rounded / size:g}{suffix}"
    return f"{rounded:g}"
