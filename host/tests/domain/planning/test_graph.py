from hypothesis import given
from hypothesis import strategies as st

from spec_kitty.domain.planning import graph
from spec_kitty.domain.planning.graph import Cycle

IDS = [f"WP{number:02}" for number in range(1, 13)]
ANY_GRAPH = st.dictionaries(
    st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=4).map(tuple)
)


def acyclic(draw_order: list[str], edges: list[tuple[int, int]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {package_id: set() for package_id in draw_order}
    for one, other in edges:
        first, second = sorted((one % len(draw_order), other % len(draw_order)))
        if first != second:
            found[draw_order[second]].add(draw_order[first])
    return {package_id: tuple(sorted(needed)) for package_id, needed in found.items()}


ACYCLIC_GRAPH = st.builds(
    acyclic,
    st.permutations(IDS),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30),
)

DIAMOND = {"WP01": (), "WP02": ("WP01",), "WP03": ("WP01",), "WP10": ("WP02", "WP03")}


def test_ids_are_ordered_by_their_numbers() -> None:
    assert sorted(["WP100", "WP99", "WP10", "WP02"], key=graph.natural) == [
        "WP02",
        "WP10",
        "WP99",
        "WP100",
    ]


def test_the_waves_of_a_diamond_are_its_rows() -> None:
    assert graph.waves(DIAMOND) == (("WP01",), ("WP02", "WP03"), ("WP10",))


def test_the_order_is_natural_among_equals() -> None:
    independent = {"WP100": (), "WP99": (), "WP10": (), "WP09": ()}
    assert graph.order(independent) == ("WP09", "WP10", "WP99", "WP100")


def test_a_dependency_named_twice_counts_once() -> None:
    assert graph.order({"WP01": (), "WP02": ("WP01", "WP01")}) == ("WP01", "WP02")


def test_an_unknown_dependency_is_named_with_its_package() -> None:
    assert graph.unknown({"WP02": ("WP01", "WP10"), "WP01": ("WP09",)}) == (
        ("WP01", "WP09"),
        ("WP02", "WP10"),
    )


def test_a_cycle_is_named_by_its_shortest_path_from_its_first_member() -> None:
    ring = {"WP03": ("WP01",), "WP01": ("WP02", "WP04"), "WP02": ("WP03",), "WP04": ("WP01",)}
    assert graph.cycles(ring) == (
        Cycle(("WP01", "WP02", "WP03", "WP04"), ("WP01", "WP04", "WP01")),
    )


def test_separate_cycles_are_told_apart() -> None:
    edges = {"WP01": ("WP02",), "WP02": ("WP01",), "WP03": ("WP03", "WP01"), "WP04": ("WP03",)}
    assert graph.cycles(edges) == (
        Cycle(("WP01", "WP02"), ("WP01", "WP02", "WP01")),
        Cycle(("WP03",), ("WP03", "WP03")),
    )


def test_what_waits_for_a_cycle_is_in_no_wave() -> None:
    edges = {"WP01": ("WP02",), "WP02": ("WP01",), "WP03": ("WP02",), "WP04": ()}
    assert graph.waves(edges) == (("WP04",),)


def test_the_remaining_path_follows_the_longest_unfinished_way() -> None:
    minutes = {"WP01": 10, "WP02": 30, "WP03": 200, "WP10": None}
    assert graph.remaining_path_minutes(DIAMOND, minutes) == {
        "WP01": 270,
        "WP02": 90,
        "WP03": 260,
        "WP10": 60,
    }


def test_finished_packages_are_no_part_of_the_remaining_path() -> None:
    minutes = {"WP01": 10, "WP02": 30, "WP03": 200, "WP10": 5}
    assert graph.remaining_path_minutes(DIAMOND, minutes, {"WP01", "WP03"}) == {
        "WP02": 35,
        "WP10": 5,
    }


def test_the_critical_path_is_the_longest_way_from_first_to_last() -> None:
    minutes = {"WP01": 10, "WP02": 30, "WP03": 200, "WP10": 5}
    assert graph.critical_path(DIAMOND, minutes) == ("WP01", "WP03", "WP10")
    assert graph.critical_path(DIAMOND, {}) == ("WP01", "WP02", "WP10")
    assert graph.critical_path(DIAMOND, {}, set(DIAMOND)) == ()


def test_a_chain_of_thousands_is_no_problem() -> None:
    ids = [f"WP{number:05}" for number in range(5000)]
    chain = {ids[0]: (), **{ids[i]: (ids[i - 1],) for i in range(1, len(ids))}}
    ring = {**chain, ids[0]: (ids[-1],)}
    assert graph.order(chain) == tuple(ids)
    assert graph.remaining_path_minutes(chain, {})[ids[0]] == 5000 * 60
    assert graph.critical_path(chain, {}) == tuple(ids)
    assert graph.cycles(ring) == (Cycle(tuple(ids), (ids[0], *reversed(ids))),)


@given(ACYCLIC_GRAPH)
def test_every_package_comes_after_all_that_it_needs(edges: dict[str, tuple[str, ...]]) -> None:
    ordered = graph.order(edges)
    place = {package_id: index for index, package_id in enumerate(ordered)}
    assert set(ordered) == set(edges)
    assert all(place[need] < place[each] for each in edges for need in edges[each])
    assert graph.cycles(edges) == ()


@given(ANY_GRAPH)
def test_a_package_is_in_a_wave_unless_a_cycle_holds_it_up(
    edges: dict[str, tuple[str, ...]],
) -> None:
    held = {member for cycle in graph.cycles(edges) for member in cycle.members}
    while more := {each for each in edges if each not in held and held & set(edges[each])}:
        held |= more
    assert set(graph.order(edges)) == set(edges) - held


@given(ANY_GRAPH)
def test_the_path_of_a_cycle_is_made_of_real_dependencies(
    edges: dict[str, tuple[str, ...]],
) -> None:
    for cycle in graph.cycles(edges):
        assert cycle.path[0] == cycle.path[-1] == cycle.members[0]
        assert set(cycle.path) <= set(cycle.members)
        for package_id, dependency in zip(cycle.path, cycle.path[1:], strict=False):
            assert dependency in edges[package_id]


@given(ACYCLIC_GRAPH, st.dictionaries(st.sampled_from(IDS), st.integers(1, 500)))
def test_the_remaining_path_is_the_own_estimate_and_the_longest_of_the_dependents(
    edges: dict[str, tuple[str, ...]], minutes: dict[str, int]
) -> None:
    remaining = graph.remaining_path_minutes(edges, minutes)
    for package_id in edges:
        after = [remaining[each] for each in edges if package_id in edges[each]]
        own = minutes.get(package_id, graph.DEFAULT_ESTIMATE_MINUTES)
        assert remaining[package_id] == own + max(after, default=0)


@given(ANY_GRAPH)
def test_the_answers_do_not_depend_on_the_order_of_the_files(
    edges: dict[str, tuple[str, ...]],
) -> None:
    turned = dict(reversed(edges.items()))
    assert graph.waves(turned) == graph.waves(edges)
    assert graph.cycles(turned) == graph.cycles(edges)
    assert graph.critical_path(turned, {}) == graph.critical_path(edges, {})
