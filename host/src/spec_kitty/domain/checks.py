"""Owns what is known about a run of the project's own checks after it ended."""

from __future__ import annotations

from spec_kitty.domain.record import Record


class CheckOutcome(Record):
    """Says how a check ended. `exit_code` is None when it was ended by the host.

    `output_tail` is the end of what it printed, as plain text; `sandbox` names what enclosed it.
    """

    exit_code: int | None
    timed_out: bool
    seconds: float
    output_tail: str
    sandbox: str = "none"
