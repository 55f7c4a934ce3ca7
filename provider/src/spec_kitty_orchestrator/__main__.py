"""Owns the command `spec-kitty-orchestrator` until there is an orchestrator to start."""

import sys

EXIT_UNAVAILABLE = 2

_NOTICE = (
    "This release of spec-kitty-orchestrator holds no orchestrator yet. "
    "The contract that any provider can already speak is 'spec-kitty orchestrator-api': "
    "start with 'spec-kitty orchestrator-api schema'."
)


def main() -> int:
    print(_NOTICE, file=sys.stderr)
    return EXIT_UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main())
