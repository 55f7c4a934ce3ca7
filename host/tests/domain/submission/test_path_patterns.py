import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_kitty.domain.submission.path_patterns import compile_patterns


def matches(pattern: str, path: str) -> bool:
    return compile_patterns([pattern]).match(path) is not None


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.pem", "a.pem"),
        ("*.pem", "deep/down/a.pem"),
        ("*.pem", "a.pem.pem"),
        ("*.pem", ".pem"),
        ("*.pem", "folder.pem/inside"),
        ("secrets/**", "secrets/a"),
        ("secrets/**", "secrets/a/b"),
        ("infra/", "infra/main.tf"),
        ("infra/", "deep/infra/main.tf"),
        ("infra/", "infra"),
        ("/infra", "infra/a/b"),
        ("infra/prod", "infra/prod/a"),
        ("/Makefile", "Makefile"),
        ("**/x", "x"),
        ("**/x", "a/b/x/c"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("a/*/b", "a/x/b"),
        ("a/**/b/**/c", "a/b/b/x/c"),
        ("**", "anything/at/all"),
        ("*", "anything"),
        ("?x", "ax"),
        ("a*b*c", "a-b-b-c"),
        ("a*bc", "abbc"),
        ("a*b*bc", "abbbc"),
        ("[ab].txt", "b.txt"),
        ("[!ab].txt", "c.txt"),
        ("[a-c]x", "bx"),
        ("[]]", "]"),
        ("[]a]", "a"),
        ("[", "["),
        ("[]", "[]"),
        (r"\*", "*"),
        (r"a\?", "a?"),
        ("a.b", "a.b"),
        ("*.pem", "new\nline.pem"),
        ("*.pem", "\udcff.pem"),
        ("!x", "!x"),
    ],
)
def test_a_pattern_matches(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.pem", "a.pem2"),
        ("*.pem", "apem"),
        ("secrets/**", "secrets"),
        ("secrets/**", "a/secrets/b"),
        ("secrets/**", "secretsa/b"),
        ("infra/", "infrared/a"),
        ("/infra", "a/infra"),
        ("infra/prod", "a/infra/prod"),
        ("infra/prod", "infra/production"),
        ("a/*/b", "a/b"),
        ("a/*/b", "a/x/y/b"),
        ("a/**/b", "ab"),
        ("a/**/b", "a/xb"),
        ("?x", "/x"),
        ("?x", "x"),
        ("a?b", "a/b"),
        ("a*b", "a/b"),
        ("a[!x]b", "a/b"),
        ("[b-a]", "a"),
        ("*.PEM", "a.pem"),
        (r"\*", "a"),
        ("a.b", "axb"),
        ("", "a"),
        ("/", "a"),
        (" ", "a"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


def test_no_pattern_matches_nothing() -> None:
    assert compile_patterns([]).match("a") is None


def test_any_of_several_patterns_may_match() -> None:
    patterns = compile_patterns(["*.pem", "/infra/"])

    assert [path for path in ("a.pem", "infra/x", "src/infra/x") if patterns.match(path)] == [
        "a.pem",
        "infra/x",
    ]


@given(
    st.text(alphabet="ab*?[]!^-\\/.|(){}+$#& ", max_size=20), st.text(alphabet="ab/.*", max_size=9)
)
def test_every_text_is_a_pattern(pattern: str, path: str) -> None:
    matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a*" * 30 + "b", "a" * 3000),
        ("*a" * 30 + "/b", "a" * 3000),
        ("**/a/" * 20 + "b", "a/" * 1500),
        ("**/*a*/" * 10 + "b", "aaa/" * 700),
        ("?" * 30 + "*" * 30 + "b", "a" * 3000),
    ],
)
def test_no_pattern_makes_matching_slow(pattern: str, path: str) -> None:
    start = time.process_time()
    assert not matches(pattern, path)

    assert time.process_time() - start < 2
