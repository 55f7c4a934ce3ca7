"""The list of a journal's commits, which takes few bytes for each of them."""

import pytest

from spec_kitty.adapters.journal.chain import Chain

OIDS = [f"{number:040x}" for number in range(5)]
CHAIN = Chain("".join(f"{oid}\n" for oid in OIDS).encode())


def test_a_chain_is_a_sequence_of_its_ids() -> None:
    assert (len(CHAIN), list(CHAIN), CHAIN[0], CHAIN[-1]) == (5, OIDS, OIDS[0], OIDS[4])


@pytest.mark.parametrize("part", [slice(0, 2), slice(3, 9), slice(-2, None), slice(4, 1)])
def test_a_part_of_a_chain_is_that_part_of_its_ids(part: slice) -> None:
    assert CHAIN[part] == OIDS[part]


def test_nothing_lies_beyond_the_end() -> None:
    with pytest.raises(IndexError):
        CHAIN[5]


def test_a_journal_without_commits_has_an_empty_chain() -> None:
    assert (len(Chain(b"")), list(Chain(b""))) == (0, [])


def test_longer_ids_are_read_too() -> None:
    assert list(Chain(b"a" * 64 + b"\n" + b"b" * 64 + b"\n")) == ["a" * 64, "b" * 64]
