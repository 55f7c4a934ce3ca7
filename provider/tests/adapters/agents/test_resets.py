from datetime import UTC, datetime

import pytest

from spec_kitty_orchestrator.adapters.agents.resets import told_reset

NOW = datetime(2026, 11, 22, 19, 30, 10, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "reset"),
    [
        ("Claude AI usage limit reached|1795379112", "2026-11-22T20:25:12"),
        ("Claude AI usage limit reached|1795379112000", "2026-11-22T20:25:12"),
        ("You've hit your 5-hour limit · resets 8:25pm (UTC)", "2026-11-22T20:25:00"),
        ("You've hit your limit · resets 2pm (Asia/Shanghai)", "2026-11-23T06:00:00"),
        ("limit reached ∙ resets 12am (UTC)", "2026-11-23T00:00:00"),
        ("limit reached ∙ resets 12:30pm (UTC)", "2026-11-23T12:30:00"),
        ("Your limit resets at 7 PM (America/Los_Angeles).", "2026-11-23T03:00:00"),
        ("You've hit your weekly limit · resets Nov 25, 3pm (UTC)", "2026-11-25T15:00:00"),
        ("You've hit your weekly limit · resets Nov 25 at 3pm (UTC)", "2026-11-25T15:00:00"),
        ("resets January 2 at 3:05am (UTC)", "2027-01-02T03:05:00"),
    ],
)
def test_the_end_of_a_limit_is_read_from_what_is_said(text: str, reset: str) -> None:
    told = told_reset(text, NOW)

    assert told is not None
    assert datetime.fromtimestamp(told, UTC).isoformat() == f"{reset}+00:00"


def test_a_time_without_a_zone_is_in_the_machines_own() -> None:
    told = told_reset("limit reached ∙ resets 2am", NOW)

    assert told is not None
    local = datetime.fromtimestamp(told).astimezone()
    assert (local.hour, local.minute) == (2, 0)
    assert NOW < told <= NOW + 25 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Try again later.",
        "resets soon",
        "resets 2pm (Moon/Crater)",
        "resets 8:75pm (UTC)",
        "resets Foo 25, 3pm (UTC)",
        "resets Nov 31, 3pm (UTC)",
        "a table|12345",
    ],
)
def test_what_tells_no_time_gives_none(text: str) -> None:
    assert told_reset(text, NOW) is None
