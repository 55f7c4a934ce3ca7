"""Owns which names say that a credential is behind them: `api_key`, `githubToken`, `--password`.

A name is taken apart into its words, so that `tokenizer_bench` and `monkey` are no credentials,
and judged by its last ones: `github_token` holds a token, `token_limit` holds a limit.
"""

from __future__ import annotations

import re

# Without one of these in it no text is looked at further, and no expression is compiled.
_STEMS = ("pass", "pwd", "secret", "token", "cred", "auth", "key", "bearer", "basic")
_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
_CREDENTIALS = frozenset(
    """
    password passwords passwd passwds passphrase passcode pwd secret secrets token credential
    credentials creds authorization bearer apikey apikeys apitoken accesstoken authtoken
    accesskey privatekey secretkey clientsecret
    """.split()
)
_BEFORE_KEY = frozenset(
    "api access private secret signing encryption ssh account auth deploy service master".split()
)
_BEFORE_TOKENS = frozenset("api access auth refresh session bearer".split())
_SAYING_NOTHING = frozenset("value values text string plain raw base header id".split())

_GIVEN = (
    r"(?<![A-Za-z0-9_.-])(-{0,2})([A-Za-z][A-Za-z0-9_.-]{0,80})[\"']?"
    r"(\s{0,4}[=:]\s{0,4}|\s{1,4})[\"']?(?![$<{*\s-])(?=\S)"
)
_AUTHORIZATION = r"\s*(?:bearer|basic)\s+\S{6,}\s*"


def is_credential_name(name: str) -> bool:
    """Says whether a field or option of this name would hold a credential."""
    if not _has_stem(name):
        return False
    words = [word.lower() for word in re.findall(_WORD, name)]
    while len(words) > 1 and words[-1] in _SAYING_NOTHING:
        words.pop()
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in ("key", "keys"):
        return before in _BEFORE_KEY
    if last == "tokens":
        return before in _BEFORE_TOKENS
    return last in _CREDENTIALS


def gives_credential(text: str) -> bool:
    """Says whether the text gives a credential by name: `--api-key=x`, `password: x`, `Bearer x`.

    A reference to one, `--token=$TOKEN`, passes.
    """
    if not _has_stem(text):
        return False
    if re.fullmatch(_AUTHORIZATION, text, re.IGNORECASE):
        return True
    return any(
        is_credential_name(name) and (option or not between.isspace())
        for option, name, between in re.findall(_GIVEN, text)
    )


def _has_stem(text: str) -> bool:
    lowered = text.lower()
    return any(stem in lowered for stem in _STEMS)
