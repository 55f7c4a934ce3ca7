from collections.abc import Iterator

import pytest

from credential_samples import mixed, pem
from spec_kitty.domain.submission.line_search import (
    MAX_SEARCHED_CHARACTERS,
    LineFindings,
    search_lines,
)

CONFLICT = ["<" * 7 + " ours", "a", "=" * 7, "b", ">" * 7 + " theirs"]
TOKEN = "ghp_" + mixed(36)


def numbered(path: str, lines: list[str], first: int = 1) -> list[tuple[str, int, str]]:
    return [(path, number, line) for number, line in enumerate(lines, start=first)]


def test_ordinary_lines_hold_nothing() -> None:
    lines = numbered("README.md", ["Heading", "=" * 7, ">" * 7 + " quoted"])

    assert search_lines(lines, set()) == LineFindings({}, {})


def test_conflicts_and_credentials_are_found_in_one_pass_over_an_iterator() -> None:
    def added() -> Iterator[tuple[str, int, str]]:
        yield from numbered("a.py", ["x = 1", *CONFLICT], first=10)
        yield from numbered("b.env", ["", f"GITHUB={TOKEN}", f"OTHER={TOKEN}"])

    assert search_lines(added(), set()) == LineFindings(
        {"a.py": "a.py:11"}, {"b.env": "b.env:2 (GitHub token)"}
    )


def test_a_block_does_not_reach_from_one_file_into_the_next() -> None:
    lines = numbered("a", CONFLICT[:3]) + numbered("b", CONFLICT[3:])

    assert search_lines(lines, set()).conflicts == {}


def test_a_block_that_a_parent_already_has_passes() -> None:
    known = {"\n".join((CONFLICT[0], CONFLICT[2], CONFLICT[4]))}

    assert search_lines(numbered("a", CONFLICT), known).conflicts == {}


def test_a_block_in_a_file_with_a_known_one_is_still_found() -> None:
    known = {"\n".join((CONFLICT[0], CONFLICT[2], CONFLICT[4]))}
    other = ["<" * 7 + " HEAD", *CONFLICT[1:]]

    assert search_lines(numbered("a", CONFLICT + other), known).conflicts == {"a": "a:6"}


@pytest.mark.parametrize("left", range(0, 700, 20))
def test_a_private_key_is_found_across_the_end_of_a_piece(left: int) -> None:
    filler = ["x" * 1000, "x" * (MAX_SEARCHED_CHARACTERS - 1000 - left)]
    key = pem("PRIVATE" + " KEY").split("\n")

    found = search_lines(numbered("a", [*filler, *key]), set())

    assert found.credentials == {"a": f"a:{len(filler) + 1} (private key)"}


def test_a_block_is_found_across_the_end_of_a_piece_and_once() -> None:
    filler = ["x" * 999] * 200

    found = search_lines(numbered("a", [CONFLICT[0], *filler, *CONFLICT[1:], *filler]), set())

    assert found.conflicts == {"a": "a:1"}


def test_no_line_counts_twice_at_the_end_of_a_piece() -> None:
    opening, _, separator, _, closing = CONFLICT
    lines = [opening, *["x"] * 10, closing, separator, "y" * MAX_SEARCHED_CHARACTERS, "z"]

    assert search_lines(numbered("a", lines), set()).conflicts == {}


def test_a_large_file_is_not_held_whole() -> None:
    def added() -> Iterator[tuple[str, int, str]]:
        for number in range(1, 30_000):
            yield "a", number, "some words in a line"
        yield "a", 30_000, TOKEN

    assert search_lines(added(), set()).credentials == {"a": "a:30000 (GitHub token)"}
