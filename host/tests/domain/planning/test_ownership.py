import pytest

from spec_kitty.domain.planning.ownership import overlaps

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


@pytest.mark.parametrize(("one", "other"), APART)
def test_patterns_in_different_places_do_not_meet(one: str, other: str) -> None:
    assert overlaps([one], [other]) == ()
    assert overlaps([other], [one]) == ()


def test_every_pair_that_meets_is_named() -> None:
    assert overlaps(["a/x", "b/**", "c"], ["b/y", "b/z", "a"]) == (
        ("a/x", "a"),
        ("b/**", "b/y"),
        ("b/**", "b/z"),
    )


def test_nothing_owned_meets_nothing() -> None:
    assert overlaps([], ["src/**"]) == ()
