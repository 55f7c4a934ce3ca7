"""The page about repositories says what the tests try."""

from __future__ import annotations

from repositories import page


def test_the_tables_of_the_page_are_those_of_the_tests() -> None:
    command = "PYTHONPATH=host/tests:tests/promises .venv/bin/python -m repositories.page"
    assert page.PAGE.read_text() == page.filled(), f"Run: {command}"


def test_every_table_stands_in_the_page() -> None:
    assert page.names() == list(page.TABLES)
