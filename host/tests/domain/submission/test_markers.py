import pytest

from spec_kitty.domain.submission.markers import Block, conflict_blocks

OPEN, MIDDLE, CLOSE = "<" * 7 + " ours", "=" * 7, ">" * 7 + " theirs"
BASE = "|" * 7 + " base"


def blocks(*lines: str) -> list[Block]:
    return list(conflict_blocks(lines))


def test_a_whole_block_is_found() -> None:
    lines = ["a", OPEN, "b", MIDDLE, "c", CLOSE, "d"]

    assert blocks(*lines) == [Block(2, f"{OPEN}\n{MIDDLE}\n{CLOSE}")]


def test_a_block_with_the_base_in_it_is_found() -> None:
    assert len(blocks(OPEN, "b", BASE, "a", MIDDLE, "c", CLOSE)) == 1


def test_a_block_of_which_only_the_markers_were_added_is_found() -> None:
    assert len(blocks(OPEN, MIDDLE, CLOSE)) == 1


def test_every_block_is_found() -> None:
    block = [OPEN, "b", MIDDLE, "c", CLOSE]

    assert [found.line_number for found in blocks(*block, "d", *block)] == [1, 7]


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_hide_a_block(end_of_line: str) -> None:
    assert blocks(*(line + end_of_line for line in (OPEN, MIDDLE, CLOSE))) == [
        Block(1, f"{OPEN}\n{MIDDLE}\n{CLOSE}")
    ]


def test_a_heading_inside_a_block_does_not_hide_it() -> None:
    assert len(blocks(OPEN, "Heading", MIDDLE, "b", MIDDLE, "c", CLOSE)) == 1


def test_a_block_that_begins_anew_counts_from_its_last_beginning() -> None:
    assert blocks(OPEN, MIDDLE, OPEN, MIDDLE, CLOSE) == [Block(3, f"{OPEN}\n{MIDDLE}\n{CLOSE}")]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Heading", MIDDLE],
        [OPEN],
        [MIDDLE],
        [CLOSE],
        [OPEN, MIDDLE],
        [MIDDLE, CLOSE],
        [OPEN, CLOSE],
        [CLOSE, MIDDLE, OPEN],
        [MIDDLE, OPEN, CLOSE],
        [OPEN, CLOSE, MIDDLE],
        [CLOSE, CLOSE, CLOSE],
        ["> " + OPEN, "> " + MIDDLE, "> " + CLOSE],
        ["    " + OPEN, "    " + MIDDLE, "    " + CLOSE],
        ["<" * 8 + " a", MIDDLE, ">" * 8 + " b"],
        ["<" * 6 + " a", MIDDLE, ">" * 6 + " b"],
        ["<" * 7, MIDDLE, CLOSE],
        [OPEN, MIDDLE, ">" * 7],
        [OPEN, MIDDLE, OPEN, CLOSE],
        ["<" * 7 + " ", MIDDLE, ">" * 7 + " "],
        [OPEN, "=" * 8, CLOSE],
        [OPEN, MIDDLE + " ", CLOSE],
        [OPEN, MIDDLE, ">" * 7 + "quoted"],
    ],
)
def test_anything_less_than_a_whole_block_passes(lines: list[str]) -> None:
    assert blocks(*lines) == []
