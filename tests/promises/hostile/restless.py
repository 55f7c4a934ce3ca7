"""Plays an agent's process that does not leave a file of the workspace alone.

    restless.py KIND FILE [SECRET]

It says `ready` once it has begun, and goes on until it is killed. What takes the file's place comes
by one rename each time, so that whoever looks first and opens then finds something else.
"""

from __future__ import annotations

import os
import sys

_CHUNK = b"x" * (1 << 16)


def swap_with_a_pipe(file: str) -> None:
    """Lets a file and a named pipe take turns."""
    os.mkfifo(f"{file}.pipe")
    _take_turns(file, f"{file}.pipe")


def swap_with_a_link(file: str, secret: str) -> None:
    """Lets a file and a link to a secret take turns."""
    os.symlink(secret, f"{file}.link")
    _take_turns(file, f"{file}.link")


def rewrite(file: str) -> None:
    """Writes other contents over each other, in place."""
    _say_ready()
    with open(file, "r+b", buffering=0) as opened:
        while True:
            for letter in b"ab":
                opened.seek(0)
                opened.write(bytes([letter]) * len(_CHUNK))


def grow(file: str) -> None:
    """Appends for ever; a file system that is full does not stop it."""
    _say_ready()
    with open(file, "ab", buffering=0) as opened:
        while True:
            if opened.tell() > 1 << 28:
                opened.truncate(0)
                opened.seek(0)
            opened.write(_CHUNK)


def _take_turns(file: str, other: str) -> None:
    os.rename(file, f"{file}.plain")
    ready = False
    while True:
        for each in (f"{file}.plain", other):
            os.link(each, f"{file}.next", follow_symlinks=False)
            os.rename(f"{file}.next", file)
        if not ready:
            _say_ready()
            ready = True


def _say_ready() -> None:
    print("ready", flush=True)


if __name__ == "__main__":
    {each.__name__: each for each in (swap_with_a_pipe, swap_with_a_link, rewrite, grow)}[
        sys.argv[1]
    ](*sys.argv[2:])
