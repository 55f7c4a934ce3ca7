"""Owns what the door is asked: calls made of its own declarations, and everything else.

A call is drawn with a noise between 0 (every value fits) and 1 (every value is odd), so that most
calls are turned away at the door and a known share reaches the domain. All is derived from one
seed. Words are as the system hands them over: bytes that are not UTF-8 are lone surrogates, and
none holds a NUL or is longer than the kernel takes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

from credential_samples import GENUINE
from door import POLICY
from fuzz.scene import ACTORS, FEATURES, PACKAGES
from spec_kitty.domain.lanes import LANE_WORDS
from spec_kitty.doors.commands import COMMANDS, Command, Flag, Kind

Words = tuple[str, ...]
MAX_WORD_BYTES = 120_000
SECRETS = tuple(secret for _, secret in GENUINE)

ODD = (
    "",
    " ",
    "-",
    "--",
    "---",
    "=",
    "--=",
    "-h",
    "--help",
    "--json=1",
    "\n",
    "\t",
    "\x7f",
    "\x1b[31m",
    "..",
    "../..",
    "/etc/passwd",
    "~",
    "$(id)",
    "*",
    "HEAD",
    "refs/heads/main",
    "main..",
    "@{-1}",
    "a\nb",
    "caf\udcff",
    "\udcc3\udc28",
    "\ud800",
    "٣٤",
    "wp01",
    "WP1",
    "WP0001",
    "WP9999999",
    "\u202eevil",
    "\u2028",
    "\uff10\uff13\uff14",
    "0" * 40,
    "f" * 64,
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    '"',
    "{",
    "x" * 201,
)
# Drawn now and then: they cost more than all the others.
LONG = ("[" * 5_000, "x" * 20_001, "é" * 50_000)
_SCALARS: tuple[object, ...] = (
    None,
    True,
    0,
    -0.0,
    2**70,
    1e308,
    "",
    "x",
    "\ud800",
    "a\nb",
    [],
    {},
    [[]],
    {"": ""},
    "x" * 500,
)


class Generator:
    """Draws calls; what is there to be named, such as cursors, is told to it."""

    def __init__(self, seed: int, cursors: Sequence[str]) -> None:
        self._random = random.Random(seed)
        self.cursors = cursors
        self._fitting: dict[Kind, Callable[[], str]] = {
            Kind.FEATURE: lambda: self._random.choice(FEATURES),
            Kind.PACKAGE: lambda: self._random.choice(PACKAGES),
            Kind.ACTOR: lambda: self._random.choice(ACTORS),
            Kind.LANE: lambda: self._random.choice((*LANE_WORDS, "doing")),
            Kind.NAME: lambda: self._random.choice(("run-1", "codex", "main", "squash", "1.0.0")),
            Kind.TEXT: lambda: self._random.choice(("Because.", "r/1", "zwei\nZeilen", "é" * 90)),
            Kind.POLICY: self._policy,
            Kind.EVIDENCE: self._evidence,
            Kind.ATTEMPT: lambda: str(self._random.randrange(5)),
            Kind.KEY: lambda: f"K{self._random.randrange(30)}",
            Kind.CURSOR: lambda: self._random.choice(self.cursors),
            Kind.SWITCH: lambda: "",
        }

    def call(self, noise: float) -> Words:
        """Draws a call of a command."""
        command = self._random.choice(COMMANDS)
        words = [command.name, *self._options(command, noise)]
        if noise and self._random.random() < noise:
            words = self._torn(words)
        return self._as_given(words)

    def varied(self, words: Words) -> Words:
        """Draws a call near another one."""
        changed = list(words)
        for _ in range(1 + self._random.randrange(3)):
            changed = self._torn(changed)
        return self._as_given(changed)

    def _options(self, command: Command, noise: float) -> list[str]:
        words: list[str] = []
        for flag in command.flags:
            wanted = flag.required or flag.kind is Kind.POLICY or self._random.random() < 0.3
            if wanted and self._random.random() >= noise / 4:
                words += self._option(flag, noise)
        return words

    def _option(self, flag: Flag, noise: float) -> list[str]:
        if flag.kind is Kind.SWITCH:
            return [f"--{flag.name}"]
        value = self._odd(flag) if self._random.random() < noise else self._fitting[flag.kind]()
        joined = self._random.random() < 0.2
        return [f"--{flag.name}={value}"] if joined else [f"--{flag.name}", value]

    def _odd(self, flag: Flag) -> str:
        draw = self._random.random()
        if draw < 0.5:
            return self._random.choice(ODD if draw > 0.01 else LONG)
        if draw < 0.7:
            return self._bent(self._fitting[flag.kind]())
        if draw < 0.9 or flag.kind not in (Kind.POLICY, Kind.EVIDENCE):
            return self._any_text()
        return json.dumps(self._any_value(4))

    def _torn(self, words: list[str]) -> list[str]:
        """Repeats, drops, swaps, bends or adds a word."""
        words = list(words)
        place = self._random.randrange(len(words)) if words else 0
        match self._random.randrange(6):
            case 0 if words:
                words.insert(place, words[place])
            case 1 if words:
                del words[place]
            case 2 if words:
                other = self._random.randrange(len(words))
                words[place], words[other] = words[other], words[place]
            case 3 if words:
                words[place] = self._bent(words[place])
            case 4:
                flags = self._random.choice(COMMANDS).flags
                words.insert(place, f"--{self._random.choice(flags).name}")
            case _:
                words.insert(place, self._random.choice(ODD))
        return words

    def _bent(self, text: str) -> str:
        if not text:
            return self._any_text()
        place = self._random.randrange(len(text))
        match self._random.randrange(5):
            case 0:
                return text[:place]
            case 1:
                return text[:place] + self._any_text() + text[place:]
            case 2:
                return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
            case 3:
                return text * 2
            case _:
                return text[place:]

    def _any_text(self) -> str:
        length = self._random.choice((1, 2, 7, 40, 300))
        return "".join(self._character() for _ in range(length))

    def _character(self) -> str:
        draw = self._random.random()
        if draw < 0.7:
            return chr(self._random.randrange(1, 127))
        return chr(self._random.choice((0xDC80 + self._random.randrange(128), 0x1F600, 0xE9)))

    def _policy(self) -> str:
        if self._random.random() < 0.8:
            return POLICY
        document = json.loads(POLICY)
        fields = (*document, "tool_restrictions", "unknown", "api_key")
        value = self._random.choice((*_SCALARS, *SECRETS)) if self._random.random() < 0.7 else None
        document[self._random.choice(fields)] = value if value is not None else self._any_value(3)
        return json.dumps(document, ensure_ascii=self._random.random() < 0.5)

    def _evidence(self) -> str:
        document: dict[str, object] = {
            "verdict": self._random.choice(("approved", "changes_requested")),
            "head_commit": self._random.choice(self.cursors),
            "findings": [{"id": "F1", "message": "Louder.", "path": "a.py", "line": 3}],
            "resolved": ["same.py"],
        }
        for name in self._random.sample(sorted(document), self._random.randrange(4)):
            del document[name]
        if self._random.random() < 0.3:
            fields = ("verdict", "head_commit", "findings", "resolved")
            document[self._random.choice(fields)] = self._any_value(3)
        return json.dumps(document)

    def _any_value(self, depth: int) -> object:
        draw = self._random.random()
        if depth == 0 or draw < 0.5:
            return self._random.choice(_SCALARS)
        inner = [self._any_value(depth - 1) for _ in range(self._random.choice((0, 1, 2, 4)))]
        if draw < 0.75:
            return inner * self._random.choice((1, 1, 1, 100))
        return {f"{self._random.choice(ODD[:20])}{place}": each for place, each in enumerate(inner)}

    def _as_given(self, words: Sequence[str]) -> Words:
        return tuple(_as_argument(word) for word in words)


def _as_argument(word: str) -> str:
    """Returns a word as it would come out of the argument list of a process."""
    text = word.replace("\0", "")
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    return raw[:MAX_WORD_BYTES].decode("utf-8", "surrogateescape")
