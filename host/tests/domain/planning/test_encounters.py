from hypothesis import given
from hypothesis import strategies as st

from spec_kitty.domain.planning.encounters import encounters
from spec_kitty.domain.planning.ownership import overlaps

IDS = [f"WP{number:02}" for number in range(1, 10)]
DIAMOND = {"WP01": (), "WP02": ("WP01",), "WP03": ("WP01",), "WP10": ("WP02", "WP03")}
PATTERNS = st.sampled_from(["src", "src/**", "src/a.py", "src/a*", "docs/**", ".", "docs/x.md"])


def test_those_that_own_the_same_files_meet_unless_one_waits_for_the_other() -> None:
    same = dict.fromkeys(DIAMOND, ("src/**",))
    assert list(encounters(DIAMOND, same)) == [("WP02", "WP03")]


def test_those_that_own_different_files_do_not_meet() -> None:
    owned = {"WP01": ["src/a/**"], "WP02": ["src/b/**"], "WP03": []}
    assert list(encounters(dict.fromkeys(owned, ()), owned)) == []


def test_pairs_are_in_natural_order() -> None:
    free = dict.fromkeys(["WP100", "WP99", "WP10"], ())
    assert list(encounters(free, dict.fromkeys(free, ("a",)))) == [
        ("WP10", "WP99"),
        ("WP10", "WP100"),
        ("WP99", "WP100"),
    ]


def test_what_a_cycle_holds_up_meets_nothing() -> None:
    edges = {"WP01": ("WP02",), "WP02": ("WP01",), "WP03": ("WP02",), "WP04": (), "WP05": ("WP9",)}
    assert list(encounters(edges, dict.fromkeys(edges, ("a",)))) == [("WP04", "WP05")]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12),
    st.lists(st.lists(PATTERNS, max_size=3), min_size=9, max_size=9),
)
def test_the_pairs_are_those_that_comparing_each_with_each_finds(
    edges: list[tuple[int, int]], owned: list[list[str]]
) -> None:
    graph = {
        each: tuple(IDS[low] for low, high in map(sorted, edges) if low < high == place)
        for place, each in enumerate(IDS)
    }
    needs: dict[str, set[str]] = {}
    for each in IDS:
        needs[each] = set(graph[each]).union(*(needs[need] for need in graph[each]))
    files = dict(zip(IDS, owned, strict=True))
    assert list(encounters(graph, files)) == [
        (one, other)
        for place, one in enumerate(IDS)
        for other in IDS[place + 1 :]
        if one not in needs[other] and overlaps(files[one], files[other])
    ]
