"""What the reader makes of work package files that are not as they should be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_kitty.adapters.plans import package_file
from spec_kitty.adapters.plans.front_matter import MAX_BLOCK_BYTES
from spec_kitty.domain.planning.plan import PlannedPackage, Problem

PATH = "kitty-specs/034-x/tasks/WP01-a.md"
BLOB = "0" * 40
NO_FENCE = "The file has no front matter. Begin it with a line '---', keys, and another."
BAD_ID = "'work_package_id' must be WP and at least two digits, such as WP01."
BAD_MINUTES = "'estimate_minutes' must be a whole number above 0, without quotes: 90"
BAD_ITEM = "An item of 'dependencies' is not an id such as WP01."
BAD_CHANGES = "'changes' can only be 'none'. Remove it, or write: none"
NO_MAPPING = "The front matter must be lines of the form 'key: value'."


def read(content: bytes) -> package_file.PackageFile:
    return package_file.read("WP01", PATH, BLOB, content)


def with_id(lines: str) -> bytes:
    return f"---\nwork_package_id: WP01\n{lines}\n---\nText.\n".encode()


def bomb() -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(rows)


# Each row: the file, then (line, severity, message) of each problem that it has.
MALFORMED: list[tuple[bytes, list[tuple[int, str, str]]]] = [
    (b"", [(1, "error", NO_FENCE)]),
    (b"# Only text\n", [(1, "error", NO_FENCE)]),
    (b"\n---\nwork_package_id: WP01\n---\n", [(1, "error", NO_FENCE)]),
    (
        b"---\nwork_package_id: WP01\n",
        [(1, "error", "The front matter has no end. Close it with a line '---'.")],
    ),
    (b"---\n- WP01\n---\n", [(2, "error", NO_MAPPING)]),
    (b"---\nWP01\n---\n", [(2, "error", NO_MAPPING)]),
    (
        b"---\n---\n",
        [(1, "error", "'work_package_id' is missing. Add: work_package_id: WP01")],
    ),
    (
        b"---\ntitle: A\n---\n",
        [(1, "error", "'work_package_id' is missing. Add: work_package_id: WP01")],
    ),
    (b"---\ntitle: A\nwork_package_id: 01\n---\n", [(3, "error", BAD_ID)]),
    (b"---\nwork_package_id: WP1\n---\n", [(2, "error", BAD_ID)]),
    (b"---\nwork_package_id:\n---\n", [(2, "error", BAD_ID)]),
    (b"---\nwork_package_id: [WP01]\n---\n", [(2, "error", BAD_ID)]),
    (
        b"---\n# x\nwork_package_id: WP02\n---\n",
        [
            (
                3,
                "error",
                "'work_package_id' is WP02, but the file is named WP01. Make them the same.",
            )
        ],
    ),
    (
        b"---\nwork_package_id: WP01\ntitle: \xff\xfe\n---\n",
        [(3, "error", "The file is not UTF-8. Save it as UTF-8.")],
    ),
    (
        "---\nwork_package_id: WP01\n---\n".encode("utf-16"),
        [(1, "error", "The file is not UTF-8. Save it as UTF-8.")],
    ),
    (
        with_id("title: [a"),
        [
            (
                4,
                "error",
                "The front matter is not YAML: did not find expected ',' or ']'.",
            )
        ],
    ),
    (
        with_id("title: One: two"),
        [
            (
                3,
                "error",
                "The front matter is not YAML: mapping values are not allowed in this context. "
                "Put a value that holds a colon in quotes.",
            )
        ],
    ),
    (
        with_id("dependencies:\n\t- WP02"),
        [
            (
                4,
                "error",
                "The front matter is not YAML: found character that cannot start any token.",
            )
        ],
    ),
    (
        with_id("title: a\x07b"),
        [(3, "error", "The front matter holds a control character. Remove it.")],
    ),
    (
        with_id("dependencies: WP02, WP03"),
        [
            (
                3,
                "error",
                "'dependencies' is a text. Write a list: dependencies: [WP02, WP03]",
            )
        ],
    ),
    (
        with_id("title: A\ndependencies:\n  WP02: yes"),
        [(5, "error", "'dependencies' must be a list: dependencies: [WP01, WP02]")],
    ),
    (
        with_id("dependencies: 2"),
        [(3, "error", "'dependencies' must be a list: dependencies: [WP01, WP02]")],
    ),
    (
        with_id("dependencies:\n- WP02\n- first"),
        [(5, "error", "'first' in 'dependencies' is not an id such as WP01.")],
    ),
    (with_id("dependencies:\n- {id: WP02}"), [(4, "error", BAD_ITEM)]),
    (with_id("dependencies: [[WP02]]"), [(3, "error", BAD_ITEM)]),
    (with_id("dependencies: [~]"), [(3, "error", BAD_ITEM)]),
    (
        with_id("dependencies:\n- WP02\n- WP02"),
        [(5, "warning", "'WP02' stands twice in 'dependencies'.")],
    ),
    (
        with_id("x: &x [WP02]\ndependencies: *x"),
        [(4, "error", "'dependencies' is an alias (*x). Write the list out.")],
    ),
    (with_id("x: &x WP02\ndependencies: [*x]"), [(4, "error", BAD_ITEM)]),
    (
        with_id("x: &x {dependencies: [WP02]}\n<<: *x"),
        [(4, "error", "Merge keys ('<<') are not read. Write the keys out.")],
    ),
    (
        with_id("dependencies: []\ndependencies: [WP02]"),
        [(4, "error", "'dependencies' stands twice. Keep one.")],
    ),
    (
        with_id(bomb() + "\nsubtasks: *a11"),
        [(15, "error", "'subtasks' is an alias (*a11). Write the list out.")],
    ),
    (
        with_id("deep: " + "[" * 5000),
        [(3, "error", "This is nested deeper than 32 levels.")],
    ),
    (
        with_id("deep: {a: " + "{a: " * 5000),
        [(3, "error", "This is nested deeper than 32 levels.")],
    ),
    (
        with_id("long: " + "x" * MAX_BLOCK_BYTES),
        [(1, "error", "The front matter is over 256 KiB.")],
    ),
    (
        with_id("a: 1\n--- b"),
        [(4, "error", "The front matter must be one YAML document.")],
    ),
    (with_id("estimate_minutes: 0"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: -5"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: 1.5"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: '90'"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: yes"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: 1:30"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: [90]"), [(3, "error", BAD_MINUTES)]),
    (with_id("estimate_minutes: 9999999"), [(3, "error", BAD_MINUTES)]),
    (
        with_id("subtasks: T001 T002"),
        [(3, "error", "'subtasks' is a text. Write a list: subtasks: [T001, T002]")],
    ),
    (
        with_id("subtasks:\n- T001\n- {id: T002}"),
        [
            (
                5,
                "warning",
                "An item of 'subtasks' is not a text of one line; it is left out.",
            )
        ],
    ),
    (
        with_id("owned_files: src/**"),
        [
            (
                3,
                "warning",
                "'owned_files' is a text. Write a list: owned_files: [src/**]",
            )
        ],
    ),
    (
        with_id("owned_files: {a: b}"),
        [(3, "warning", "'owned_files' must be a list: owned_files: [\"src/api/**\"]")],
    ),
    (with_id("title: [A, B]"), [(3, "error", "'title' must be one line of text.")]),
    (with_id("title: ''"), [(3, "error", "'title' must be one line of text.")]),
    (with_id('title: "\\e[31mred"'), [(3, "error", "'title' must be one line of text.")]),
    (with_id("title: " + "x" * 301), [(3, "error", "'title' is over 300 characters.")]),
    (with_id("changes: all"), [(3, "error", BAD_CHANGES)]),
    (with_id("changes:\n- none"), [(4, "error", BAD_CHANGES)]),
    (
        with_id("title: [x]\nestimate_minutes: x\nchanges: 1"),
        [
            (3, "error", "'title' must be one line of text."),
            (4, "error", BAD_MINUTES),
            (5, "error", BAD_CHANGES),
        ],
    ),
]


@pytest.mark.parametrize(("content", "expected"), MALFORMED)
def test_each_mistake_is_named_with_its_line(
    content: bytes, expected: list[tuple[int, str, str]]
) -> None:
    found = read(content)
    assert [
        (each.path, each.line, each.severity, each.message, each.package_id)
        for each in found.problems
    ] == [(PATH, line, severity, message, "WP01") for line, severity, message in expected]
    assert found.package.id == "WP01"


@pytest.mark.parametrize(
    ("key", "meant", "severity"),
    [
        ("dependancies", "dependencies", "error"),
        ("Dependencies", "dependencies", "error"),
        ("titel", "title", "warning"),
        ("owned-files", "owned_files", "warning"),
        ("estimate_minute", "estimate_minutes", "warning"),
    ],
)
def test_a_key_that_is_nearly_one_of_ours_is_asked_about(
    key: str, meant: str, severity: str
) -> None:
    found = read(with_id(f"{key}: []"))
    message = f"There is no key '{key}'. Did you mean '{meant}'?"
    assert [(p.line, p.severity, p.message) for p in found.problems] == [(3, severity, message)]


def test_a_key_of_another_tool_is_left_alone_even_where_it_is_near() -> None:
    others = "phase: 1\nsubtitle: A\nrequirement_refs: []\ndepends_on: []\ntags: []"
    assert read(with_id(others)).problems == ()
    assert read(with_id("changes: none\nchanged: 2026-01-02")).problems == ()


def test_the_rest_of_a_file_with_a_mistake_still_counts() -> None:
    found = read(with_id("title: A\ndependencies: [WP02]\nsubtasks: [T1]\nestimate_minutes: no"))
    assert found.package == PlannedPackage(
        "WP01", "A", PATH, ("WP02",), ("T1",), (), None, False, BLOB
    )


def test_a_whole_file_is_read() -> None:
    lines = (
        "title: Say hello\ndependencies: [WP02, WP100]\nsubtasks:\n- T001\n- 1.2\n"
        'owned_files: ["src/**"]\nestimate_minutes: 90\nchanges: none\nlane: doing\n'
        "history: [{at: now, by: [me]}]\nx-other: {deep: {er: 1}}\n"
    )
    assert read(with_id(lines)) == package_file.PackageFile(
        PlannedPackage(
            "WP01",
            "Say hello",
            PATH,
            ("WP02", "WP100"),
            ("T001", "1.2"),
            ("src/**",),
            90,
            True,
            BLOB,
        ),
        (),
        {"WP02": 4, "WP100": 4},
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf---\r\nwork_package_id: WP01\r\ntitle: A\r\n---\r\nText\r\n",
        b"---  \nwork_package_id: WP01\ntitle: A\n---\t\n",
        b"---\nwork_package_id: WP01\ntitle: A\n...\n",
        b"---\rwork_package_id: WP01\rtitle: A\r---\r",
        b"---\nwork_package_id: 'WP01'\nwork_package_title: A\n---\n",
        b"---\nwork_package_id: WP01\ntitle: >\n  A\n---\n",
        b"---\nwork_package_id: WP01\n---\n\n# A\n",
        b"---\nwork_package_id: WP01\ntitle: A\ndependencies:\nsubtasks: ~\n---\n",
        b"---\nwork_package_id: WP01\ntitle: A\nx: 1\nx: 2\n? [a]\n: !!python/object:object\n---",
    ],
)
def test_harmless_variants_are_read_alike(content: bytes) -> None:
    expected = PlannedPackage("WP01", "A", PATH, (), (), (), None, False, BLOB)
    assert read(content) == package_file.PackageFile(expected, (), {})


def test_planning_work_changes_no_files() -> None:
    assert read(with_id("execution_mode: planning_artifact")).package.changes_none
    assert not read(with_id("execution_mode: code_change")).package.changes_none


@pytest.mark.parametrize(
    ("name", "package_id"),
    [
        ("WP01-first.md", "WP01"),
        ("WP01.md", "WP01"),
        ("WP01_first.md", "WP01"),
        ("WP01.first.md", "WP01"),
        ("WP100-x.md", "WP100"),
        ("WP01-a\nb.md", "WP01"),
        ("WP01x.md", None),
        ("WP1-x.md", None),
        ("WP1234567-x.md", None),
        ("wp01-x.md", None),
        ("README.md", None),
        ("WP01-x.txt", None),
        ("WP01", None),
    ],
)
def test_the_id_is_what_the_name_begins_with(name: str, package_id: str | None) -> None:
    assert package_file.id_of(name) == package_id


def test_a_name_that_was_meant_as_a_work_package_is_noticed() -> None:
    names = ["WP1-x.md", "wp01-x.md", "WP01x.md", "WP-01.md", "README.md", "WP01-x.md", "wp.md"]
    assert [name for name in names if package_file.looks_misnamed(name)] == names[:4]


YAML_LIKE = st.text(alphabet="abWP01 :-[]{},&*!|>'\"#?%@`\n\t\r\\~<\x85\u2028\x00é", max_size=200)


@given(st.one_of(st.binary(), YAML_LIKE.map(lambda text: f"---\n{text}\n---\n".encode())))
def test_no_bytes_at_all_raise_anything(content: bytes) -> None:
    found = read(content)
    assert found.package.id == "WP01"
    assert all(problem.line for problem in found.problems)


def test_a_problem_is_a_value() -> None:
    assert read(b"x").problems == (Problem(PATH, 1, NO_FENCE, "error", "WP01"),)
