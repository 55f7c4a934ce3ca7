import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_kitty.domain.planning.ownership import meetings, overlaps

MEETING = [
    ("src/a.py", "src/a.py"),
    ("src", "src/a.py"),
    ("src/", "src/api/b.py"),
    ("src/**", "src/a.py"),
    ("src/*.py", "src/api/"),
    ("src/a*", "src/apiary/x.py"),
    ("./src/a.py", "src/a.py"),
    ("/src/a.py", "src/a.py"),
    ("**/*.md", "docs/x.txt"),
    ("src/?.py", "src/a.py"),
    ("src/[ab].py", "src/a.py"),
    ("src/{a,b}.py", "src/a.py"),
    ("src/*/x.py", "src"),
    (".", "src/a.py"),
]
APART = [
    ("src/a.py", "src/b.py"),
    ("src/api", "src/apiary/x.py"),
    ("src/**", "docs/**"),
    ("src/api/**", "src/api"[:-1] + "x.py"),
    ("src/b*", "src/apiary/x.py"),
    ("src/api/*.py", "src/a"),
]


@pytest.mark.parametrize(("one", "other"), MEETING)
def test_patterns_that_may_name_the_same_file_meet(one: str, other: str) -> None:
    assert overlaps([one], [other]) == ((one, other),)
    assert overlaps([other], [one]) == ((other, one),)
    assert meetings([[one], [other]]) == meetings([[other], [one]]) == [0b11, 0b11]


@pytest.mark.parametrize(("one", "other"), APART)
def test_patterns_in_different_places_do_not_meet(one: str, other: str) -> None:
    assert overlaps([one], [other]) == ()
    assert overlaps([other], [one]) == ()
    assert meetings([[one], [other]]) == meetings([[other], [one]]) == [0b01, 0b10]


def test_every_pair_that_meets_is_named() -> None:
    assert overlaps(["a/x", "b/**", "c"], ["b/y", "b/z", "a"]) == (
        ("a/x", "a"),
        ("b/**", "b/y"),
        ("b/**", "b/z"),
    )


def test_nothing_owned_meets_nothing() -> None:
    assert overlaps([], ["src/**"]) == ()


@given(
    st.lists(
        st.lists(st.sampled_from([each for pair in MEETING + APART for each in pair]), max_size=3)
    )
)
def test_the_lists_that_meet_are_those_that_overlap(owned: list[list[str]]) -> None:
    assert meetings(owned) == [
        sum(1 << place for place, other in enumerate(owned) if overlaps(patterns, other))
        for patterns in owned
    ]
