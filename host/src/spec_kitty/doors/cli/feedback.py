"""Owns how feedback that lies in a file becomes the note and the reference of a move."""

from __future__ import annotations

import os
import sys

from spec_kitty.domain.names import MAX_NOTE_CHARACTERS
from spec_kitty.domain.refusals import ErrorCode, Refusal

STANDARD_INPUT = "-"
_MAX_BYTES = 4 * MAX_NOTE_CHARACTERS


def with_feedback(
    note: str | None, review_ref: str | None, file: str | None
) -> tuple[str | None, str | None]:
    """Returns note and reference; a file's name is the reference where none is given.

    Raises Refusal (USAGE_ERROR) for a file that is not there, empty or too long.
    """
    if file is None:
        return note, review_ref
    if note is not None:
        raise _unusable("Give either --note or --feedback-file; the file becomes the note.")
    text = _read(file)
    if not text.strip():
        raise _unusable(f"There is no feedback in {_named(file)}.")
    if len(text) > MAX_NOTE_CHARACTERS:
        raise _unusable(
            f"The feedback in {_named(file)} has more than {MAX_NOTE_CHARACTERS} characters. Give "
            "the gist with --note and say where the rest is with --review-ref."
        )
    name = None if file == STANDARD_INPUT else os.path.basename(file)
    return text, review_ref or name


def _read(file: str) -> str:
    try:
        if file == STANDARD_INPUT:
            data = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with open(file, "rb") as opened:
                data = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        raise _unusable(f"Reading {_named(file)} failed: {error.strerror}.") from None
    return data.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _named(file: str) -> str:
    if file == STANDARD_INPUT:
        return "standard input"
    return f"the file '{file}'"


def _unusable(message: str) -> Refusal:
    return Refusal(ErrorCode.USAGE_ERROR, message, flag="--feedback-file")
