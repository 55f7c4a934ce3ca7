"""Owns how things are called: which words are a feature slug, a work package id, an actor.

Every name that enters through a door passes one of these checks, so that inside no name can be
a path, a glob, an option or an ill-formed ref. The branch and folder names that follow from a
slug and an id are derived here and nowhere else.
"""

MAX_ACTOR_CHARACTERS = 200
MAX_NOTE_CHARACTERS = 20_000

SALVAGE_PREFIX = "refs/spec-kitty-salvage/"

# Looked at by hand: compiling patterns would cost every call more than all its checks.
MAX_SLUG_CHARACTERS = 100
MAX_PACKAGE_DIGITS = 6
_PUNCTUATION = str.maketrans("", "", "._-")


def is_slug(text: str) -> bool:
    """Says whether the text can name a feature: its branch and its folder.

    Letters, digits, `.`, `_` and `-`, at most 100; no `..`, no final `.` or `.lock`, and no
    ending like that of a workspace (`-WP01`).
    """
    return (
        0 < len(text) <= MAX_SLUG_CHARACTERS
        and _is_alphanumeric(text[0])
        and _is_alphanumeric(text.translate(_PUNCTUATION))
        and ".." not in text
        and not text.endswith((".", ".lock"))
        and not _is_number(text.rpartition("-WP")[2] if "-WP" in text else "")
    )


def is_package_id(text: str) -> bool:
    """Says whether the text is `WP` and at least two digits (`WP07`, `WP100`)."""
    digits = text[2:]
    return text[:2] == "WP" and 2 <= len(digits) <= MAX_PACKAGE_DIGITS and _is_number(digits)


def _is_alphanumeric(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def is_actor(text: str) -> bool:
    """Says whether the text can name who asks for a change: one printable line."""
    return 0 < len(text.strip()) and len(text) <= MAX_ACTOR_CHARACTERS and text.isprintable()


def feature_branch(slug: str) -> str:
    """Returns the ref of the branch in which the feature's done work packages come together."""
    return f"refs/heads/{slug}"


def workspace_name(slug: str, package_id: str) -> str:
    """Returns the name that a work package's branch and its folder share."""
    return f"{slug}-{package_id}"


def package_branch(slug: str, package_id: str) -> str:
    """Returns the ref of a work package's branch."""
    return f"refs/heads/{workspace_name(slug, package_id)}"


def journal_ref(slug: str) -> str:
    """Returns the ref that the feature's journal lives on."""
    return f"refs/spec-kitty/{slug}"


def salvage_ref(slug: str, package_id: str, number: int) -> str:
    """Returns the ref under which work is kept before its branch or workspace goes away."""
    return f"{SALVAGE_PREFIX}{slug}/{package_id}/{number}"
