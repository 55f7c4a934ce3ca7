"""Files of a plan with any content: each is read, or is a problem with a place, never an error."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from spec_kitty.adapters.plans import package_file
from spec_kitty.adapters.plans.meta_file import read_meta
from spec_kitty.adapters.plans.settings_file import settings_of
from spec_kitty.domain.planning.plan import Problem

PACKAGE = b"""---
work_package_id: WP01
title: "Purr"
dependencies: [WP02, WP03]
owned_files: ["src/**"]
estimate_minutes: 30
---
# Purr
"""
META = b'{"feature_number": "034", "slug": "034-cats", "target_branch": "main", "title": "Cats"}'
CONFIG = b"""[policy]
orchestration = true
protected_paths = ["docs/**"]
[worktree]
copy = [".env"]
setup = "make"
[checks]
verify = "make test"
timeout_seconds = 60
"""
EXAMPLES = 300


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Draws a file of which some bytes were cut out, doubled, or written over."""
    content = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 20)))
        put = draw(st.one_of(st.binary(max_size=6), st.sampled_from(TOKENS), st.just(b"")))
        content = content[:start] + put + content[end:]
    return content


TOKENS = [
    *(b"---\n", b"&a", b"*a", b"!!python/name:os.system", b"? ", b"<<: ", b"{{{{", b"[[[["),
    *(b"1e999", b"2026-01-01", b"0x10", b"NaN", b"null", b'"""', b"'", b"\0", b"\r\n", b"\xff"),
    *(b"[", b"}", b"a.b.c = 1\n", b"WP01", b"\\ud800", b"\t", b"\xef\xbb\xbf"),
]


@settings(max_examples=EXAMPLES)
@example(b"")
@given(damaged(PACKAGE))
def test_a_damaged_work_package_file_is_read_or_is_a_problem(content: bytes) -> None:
    path = "kitty-specs/034-cats/tasks/WP01-purr.md"
    found = package_file.read("WP01", path, "0" * 40, content)

    assert found.package.id == "WP01"
    require_places(found.problems, path)


@settings(max_examples=EXAMPLES)
@example(b"")
@given(st.one_of(damaged(META), st.binary(max_size=60)))
def test_a_damaged_meta_file_is_read_or_is_a_problem(content: bytes) -> None:
    path = "kitty-specs/034-cats/meta.json"
    require_places(read_meta(path, content).problems, path)


@settings(max_examples=EXAMPLES)
@example(b"")
@given(st.one_of(damaged(CONFIG), st.binary(max_size=60)))
def test_damaged_settings_are_read_or_are_problems(content: bytes) -> None:
    found = settings_of(content)
    if isinstance(found, tuple):
        assert found
        require_places(found, ".kittify/config.toml")


def require_places(problems: tuple[Problem, ...], path: str) -> None:
    """Asserts that each problem says where it is, in a sentence."""
    for problem in problems:
        assert problem.path == path
        assert problem.message.strip()
        assert problem.line is None or problem.line > 0
