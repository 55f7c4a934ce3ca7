import pytest

from spec_kitty.domain.feature import ConflictedPath
from spec_kitty.domain.submission.conflicts import SubmittedPath, blocks_of, still_unresolved

OURS, THEIRS = b"<<<<<<< refs/heads/034-x\n", b">>>>>>> refs/heads/034-x-WP01\n"
BLOCK = OURS + b"one\n=======\ntwo\n" + THEIRS
OTHER_BLOCK = OURS + b"three\n=======\nfour\n" + THEIRS

CONTENT = ConflictedPath("a.txt", "content", blocks_of(BLOCK + OTHER_BLOCK), "100644", "laid")
BINARY = ConflictedPath("logo.png", "binary", (), "100644", "ours")
DELETED = ConflictedPath("gone", "modify/delete", (), None, None)


def submitted(text: bytes) -> dict[str, SubmittedPath]:
    return {"a.txt": SubmittedPath("100644", "new", blocks_of(text))}


def test_each_conflict_block_of_a_text_has_a_hash_of_its_own() -> None:
    blocks = blocks_of(b"before\n" + BLOCK + b"between\n" + OTHER_BLOCK)

    assert blocks == (*blocks_of(BLOCK), *blocks_of(OTHER_BLOCK))
    assert len(set(blocks)) == 2


def test_line_endings_do_not_change_a_block() -> None:
    assert blocks_of(BLOCK.replace(b"\n", b"\r\n")) == blocks_of(BLOCK)


@pytest.mark.parametrize(
    "text",
    [
        b"Title\n=======\ntext\n",
        b"<<<<<<< only a start\nx\n",
        b">>>>>>> quoted mail\n",
        OURS + b"no middle\n" + THEIRS,
        b"<<<<<<<\n=======\n>>>>>>>\n",
    ],
)
def test_lines_that_are_no_whole_block_are_none(text: bytes) -> None:
    assert blocks_of(text) == ()


def test_a_start_that_was_left_over_does_not_hide_the_block_after_it() -> None:
    assert blocks_of(OURS + b"leftover\n" + BLOCK) == blocks_of(BLOCK)


def test_a_path_is_unresolved_while_one_of_its_blocks_is_left() -> None:
    assert still_unresolved([CONTENT], submitted(b"one\n" + OTHER_BLOCK)) == ("a.txt",)


def test_naming_a_path_does_not_resolve_blocks_that_are_left() -> None:
    assert still_unresolved([CONTENT], submitted(BLOCK), resolved=["a.txt"]) == ("a.txt",)


def test_a_path_is_resolved_when_none_of_its_blocks_is_left() -> None:
    assert still_unresolved([CONTENT], submitted(b"one\ntwo\n")) == ()
    assert still_unresolved([CONTENT], {}) == ()


def test_a_path_without_markers_is_unresolved_while_it_is_as_laid_out() -> None:
    as_laid_out = {"logo.png": SubmittedPath("100644", "ours")}

    assert still_unresolved([BINARY, DELETED], as_laid_out) == ("logo.png", "gone")


@pytest.mark.parametrize(
    "now",
    [
        {"logo.png": SubmittedPath("100644", "theirs")},
        {"logo.png": SubmittedPath("100755", "ours")},
        {},
    ],
)
def test_a_path_without_markers_is_resolved_once_it_differs(now: dict[str, SubmittedPath]) -> None:
    assert still_unresolved([BINARY], now) == ()


def test_a_path_without_markers_is_resolved_when_the_submission_names_it() -> None:
    as_laid_out = {"logo.png": SubmittedPath("100644", "ours")}

    assert still_unresolved([BINARY, DELETED], as_laid_out, ["logo.png", "gone"]) == ()
