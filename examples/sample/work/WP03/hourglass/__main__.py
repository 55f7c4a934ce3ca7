"""Adds durations up: `python -m hourglass 45m 1h` prints `1h 45m`."""

import sys

import hourglass


def main() -> None:
    try:
        total = sum(hourglass.parse(word) for word in sys.argv[1:])
    except ValueError as error:
        sys.exit(f"hourglass: {error}")
    print(hourglass.format(total))


if __name__ == "__main__":
    main()
