"""Owns the question whether a text holds a credential, and takes credentials out of texts.

A credential is recognised by what it is, one of the known formats, never by a word such as
"token" near it, and what is answered is the name of its kind: the secret itself goes nowhere.

Documentation is full of examples (`AKIA…EXAMPLE`, `ghp_xxxx…`, `user:password@`), so in the
files of a project those pass. Where a credential has no business at all, ask with
`examples_pass=False`: then they count too.
"""

from __future__ import annotations

import re

from spec_kitty.domain.policy.credential_formats import PHRASES, TOKENS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_EXAMPLE_WORDS = (
    "example",
    "xxxx",
    "****",
    "....",
    "00000000",
    "your",
    "placeholder",
    "change-me",
    "change_me",
    "changeme",
    "redacted",
    "dummy",
)
_EXAMPLE_PASSWORDS = frozenset(
    "password passwd passphrase pass pwd pw secret token test guest admin root x xx xxx".split()
)
_EXAMPLE_WINDOW = 80  # characters; in a longer random text a short word would come up by chance
_SHORTEST_PRIVATE_KEY = 90  # characters, delimiters included: an Ed25519 key has 119


def find(text: str, *, examples_pass: bool = True) -> str | None:
    """Returns the kind of the first known credential format in the text, None without one."""
    found = locate(text, examples_pass=examples_pass)
    return found and found[0]


def locate(text: str, *, examples_pass: bool = True) -> tuple[str, int] | None:
    """Returns the kind of a credential in the text and where it begins, None without one."""
    for kind, pattern in _possible(text):
        for match in pattern.finditer(text):
            if _counts(kind, match, examples_pass):
                return kind, match.start()
    return None


def scrub(text: str) -> str:
    """Returns the text with `[<kind> removed]` in place of every credential, examples too."""
    for kind, pattern in _possible(text):
        parts = []
        position = 0
        for match in pattern.finditer(text):
            if _counts(kind, match, examples_pass=False):
                start, end = match.span("secret" if "secret" in pattern.groupindex else 0)
                parts += [text[position:start], f"[{kind} removed]"]
                position = end
        text = "".join(parts) + text[position:]
    return text


def _possible(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yields the formats of which a hint is in the text (`re` keeps what it has compiled)."""
    for kind, hints, pattern in TOKENS:
        if any(hint in text for hint in hints):
            yield kind, re.compile("(?<![A-Za-z0-9])" + pattern)
    lowered = text.lower()
    for kind, hints, pattern in PHRASES:
        if any(hint in lowered for hint in hints):
            yield kind, re.compile(pattern, re.IGNORECASE)


def _counts(kind: str, match: re.Match[str], examples_pass: bool) -> bool:
    if kind == "JSON web token":
        return b'"alg"' in _decoded(match.group().partition(".")[0])
    if kind == "basic authorization":
        return b":" in _decoded(match.group("secret"))
    return not (examples_pass and _is_example(kind, match))


def _is_example(kind: str, match: re.Match[str]) -> bool:
    if kind == "private key":
        return match.group().startswith("-") and len(match.group()) < _SHORTEST_PRIVATE_KEY
    groups = match.groupdict()
    secret = groups.get("secret", match.group())[:_EXAMPLE_WINDOW].lower()
    if secret in _EXAMPLE_PASSWORDS or secret == groups.get("user"):
        return True
    return any(word in secret for word in _EXAMPLE_WORDS)


def _decoded(text: str) -> bytes:
    import binascii

    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(standard + "=" * (-len(standard) % 4))
    except binascii.Error:
        return b""
