"""Prints a series that is given as words: `python3 -m glimpse 120 80 400`."""

import sys

from glimpse.changes import change
from glimpse.lines import line
from glimpse.numbers import short
from glimpse.series import Series


def main(words: list[str]) -> str:
    """Returns the line to print. Raises ValueError if the words are no series."""
    series = Series.read(words)
    changed = change(series.known[0], series.known[-1])
    return f"{line(series, short)}  change {changed}"


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except ValueError as error:
        print(f"glimpse: {error}", file=sys.stderr)
        sys.exit(2)
