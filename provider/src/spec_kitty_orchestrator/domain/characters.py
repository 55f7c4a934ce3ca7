"""Owns which characters may stand in a text that goes to another program.

What agents print is decoded leniently, and JSON can spell what is no character. No program takes
either as an argument, so one such answer would stop a run, and each resume of it.
"""


def speakable(text: str) -> str:
    """Returns a text in which NUL and halves of characters are replaced."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
