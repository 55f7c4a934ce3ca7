import base64
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spec_kitty
from credential_samples import EXAMPLES, GENUINE, HARMLESS, hexadecimal, mixed
from spec_kitty.domain.policy.credential_formats import PHRASES, TOKENS
from spec_kitty.domain.policy.credentials import find, locate, scrub


@pytest.mark.parametrize(("kind", "text"), GENUINE)
def test_a_credential_is_found_by_its_format(kind: str, text: str) -> None:
    assert find(text) == kind


@pytest.mark.parametrize(("kind", "text"), GENUINE)
def test_a_credential_is_found_inside_other_text(kind: str, text: str) -> None:
    assert find(f'first line\n  value: "{text}"\nlast line\n') == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_look_alike_passes(text: str) -> None:
    assert find(text, examples_pass=False) is None


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_documentation_passes(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_counts_where_no_credential_has_any_business(text: str) -> None:
    assert find(text, examples_pass=False) is not None


def test_the_tables_are_large_enough_to_mean_something() -> None:
    assert len({text for _, text in GENUINE}) >= 80
    assert len(set(HARMLESS)) >= 80


def test_every_format_has_a_sample() -> None:
    assert {kind for kind, _ in GENUINE} == {kind for kind, _, _ in (*TOKENS, *PHRASES)}


def test_what_is_found_is_the_first_and_where_it_begins() -> None:
    token = "ghp_" + mixed(36)

    assert locate(f"a = 1\nb = {token}\n") == ("GitHub token", 10)


def test_an_example_does_not_hide_the_credential_behind_it() -> None:
    assert find("ghp_" + "x" * 36 + "\nghp_" + mixed(36)) == "GitHub token"


def test_the_sources_of_this_program_pass() -> None:
    sources = sorted(Path(spec_kitty.__file__).parent.rglob("*.py"))

    assert [path for path in sources if find(path.read_text())] == []


@pytest.mark.parametrize(("kind", "text"), GENUINE)
def test_scrubbing_leaves_the_kind_and_what_stands_around(kind: str, text: str) -> None:
    scrubbed = scrub(f"before\n{text}\nafter")

    assert f"[{kind} removed]" in scrubbed
    assert scrubbed.startswith("before\n")
    assert scrubbed.endswith("\nafter")
    assert find(scrubbed, examples_pass=False) is None


def test_scrubbing_removes_the_password_of_a_url_and_keeps_the_rest() -> None:
    text = "https://robot:" + mixed(12) + "@git.internal/x.git"

    assert scrub(text) == "https://robot:[password in a URL removed]@git.internal/x.git"


def test_scrubbing_removes_a_whole_private_key() -> None:
    body = "\n".join([mixed(64)] * 5 + ["aB3="])
    key = f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{body}\n-----END RSA {'PRIVATE'} KEY-----"

    assert scrub(f"a\n{key}\nb") == "a\n[private key removed]\nb"


@pytest.mark.parametrize("text", HARMLESS)
def test_scrubbing_leaves_harmless_text_alone(text: str) -> None:
    assert scrub(text) == text


PIECES = sorted(
    {hint for _, hints, _ in (*TOKENS, *PHRASES) for hint in hints}
    | {"Authorization: ", "Bearer ", "Basic ", "https://", "user", ":", "@", "host", "=", " ", "\n"}
    | {"-----BEGIN ", "PRIVATE KEY-----", "-----END ", '"', "-", "_", ".", "xxxx", "${X}", "\\n"}
    | {mixed(40), hexadecimal(32), "secret_access_key", "a", "7"}
)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@settings(max_examples=400)
def test_scrubbed_text_holds_no_credential_and_stays_as_it_is(text: str) -> None:
    scrubbed = scrub(text)

    assert find(scrubbed, examples_pass=False) is None
    assert scrub(scrubbed) == scrubbed


@given(st.text(max_size=300))
@settings(max_examples=50)
def test_any_text_can_be_searched(text: str) -> None:
    find(text)
    scrub(text)


@given(st.binary(min_size=200, max_size=4000))
@settings(max_examples=50)
def test_random_bytes_in_base64_pass(data: bytes) -> None:
    assert find("data:image/png;base64," + base64.b64encode(data).decode()) is None


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: (piece * (size // len(piece) + 1))[:size]


ADVERSARIES = [
    *(_repeated(hints[-1]) for _, hints, _ in (*TOKENS, *PHRASES)),
    *(_repeated(character) for character in string.ascii_letters[:2] + '0A-_.:/@=\\" \n'),
    _repeated("-----BEGIN PRIVATE KEY-----"),
    _repeated("-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\n"),
    _repeated("-----BEGIN A A A "),
    _repeated("-----BEGIN PRIVATE KEY----- a: "),
    lambda size: "-----BEGIN PRIVATE KEY-----" + _repeated("\\n\n ")(size),
    lambda size: "-----BEGIN PRIVATE KEY-----" + _repeated("Aa: " + "B" * 100)(size),
    _repeated("eyJ" + "A" * 40),
    _repeated("eyJ" + "A" * 40 + "."),
    lambda size: "eyJ" + "A" * size,
    _repeated("eyJhbGciOiJIUzI1NiJ9." + "A" * 30 + ".A"),
    _repeated("sk-ant-" + "_" * 40),
    lambda size: "sk-ant-" + _repeated("_-")(size),
    _repeated("SG." + "A" * 60 + "."),
    _repeated("SG." + "A" * 60),
    _repeated("AAAAAAAAAAAAAA.atlasv1."),
    _repeated("://a:"),
    _repeated("://a:b"),
    lambda size: "://" + "a" * size,
    lambda size: "://a:" + "a" * size,
    _repeated("bearer " + "a" * 300),
    _repeated("authorization: bearer "),
    _repeated("machine a login b "),
    _repeated("secret_access_key = "),
    _repeated("secret_access_key = " + "a" * 41),
    _repeated("0123456789abcdef0123456789abcdef-us"),
    _repeated("12345678:AA"),
    _repeated("dp.pt." + "a" * 20),
    _repeated("user:" + "x" * 30 + "@"),
]


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        find(text, examples_pass=False)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_searching_takes_time_in_proportion_to_the_text(adversary: Callable[[int], str]) -> None:
    find(adversary(1000))  # compiles
    # Eight times the text takes about 8 times as long, were it quadratic 64 times.
    short = _seconds(adversary(3_000))
    long = _seconds(adversary(24_000))

    assert long < 24 * short + 0.005
