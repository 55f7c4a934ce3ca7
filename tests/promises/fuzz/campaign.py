"""Calls the door a million times, or as often as is said, and holds every answer against rules.

    make test-fuzz [CALLS=1000000] [SEED=1]

Calls that gave an answer of a new kind (command, code, and message without its details) are kept
and varied, so that the campaign goes where something new was found. What it prints at the end is
how deep the calls went, and each finding as the words of the call that showed it.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from door import Answer, check_contract, check_exit_status
from fuzz.in_process import Outcome, ask, open_files
from fuzz.scene import Scene, fingerprint, play_scene
from fuzz.words import SECRETS, Generator, Words
from isolation import GLOBAL_GIT_CONFIG
from spec_kitty.domain.refusals import ErrorCode

Ask = Callable[[Path, Words], Outcome]

# What a call may cost; one that looks at text of 120 kB takes a tenth of it.
MAX_SECONDS = 2.0
# The noises that calls are drawn with: the first reach the domain, the last hardly the door.
NOISES = (0.0, 0.05, 0.3, *[0.5] * 5, *[0.8] * 5, *[1.0] * 5)
_RESTORED_EVERY = 4_000
_KEPT_CALLS = 3_000
# Refusals that are events: they move a work package or record that a check failed.
_EVENTS = (ErrorCode.INTEGRATION_CONFLICT, ErrorCode.VERIFICATION_FAILED)
_DETAILS = re.compile(r"'[^']*'|[0-9a-f]{7,}|\d+|WP\w*")


@dataclass(frozen=True)
class Found:
    """Is one broken rule, and the call that broke it."""

    rule: str
    words: Words
    said: str


@dataclass
class Tally:
    """Counts what a campaign saw."""

    calls: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    by_command: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    changed: int = 0
    kinds: int = 0
    slowest: float = 0.0
    found: list[Found] = field(default_factory=list)


class Campaign:
    """Asks the door of one scene; `asked` is what calls it."""

    def __init__(self, scene: Scene, seed: int, asked: Ask = ask) -> None:
        self._scene = scene
        self._ask = asked
        self._random = random.Random(seed)
        self._generator = Generator(seed, scene.cursors())
        self._kept: list[Words] = []
        self._seen: set[tuple[str, ...]] = set()
        self._shapes: set[str] = set()
        self.tally = Tally()

    def run(self, calls: int) -> Tally:
        """Makes so many calls; a state is left after some thousands for the first one again."""
        descriptors = open_files()
        for number in range(calls):
            if number % _RESTORED_EVERY == 0:
                self._scene.restore()
                self._before = fingerprint(self._scene.repo.path)
                self._generator.cursors = self._scene.cursors()
            self._judge(self._ask(self._scene.repo.path, self._draw()))
        if open_files() > descriptors:
            self._find("a descriptor is left open", (), str(open_files() - descriptors))
        return self.tally

    def _draw(self) -> Words:
        if self._kept and self._random.random() < 0.3:
            return self._generator.varied(self._random.choice(self._kept))
        return self._generator.call(self._random.choice(NOISES))

    def _judge(self, outcome: Outcome) -> None:
        self.tally.calls += 1
        self.tally.slowest = max(self.tally.slowest, outcome.seconds)
        for rule, said in self._broken(outcome):
            self._find(rule, outcome.words, said)
        self._count(outcome)

    def _broken(self, outcome: Outcome) -> Iterator[tuple[str, str]]:
        """Yields each rule that an answer breaks, with what shows it."""
        if not _is_one_line(outcome):
            yield "an answer is one line of JSON", f"{outcome.stdout[:500]} {outcome.stderr[-500:]}"
            return
        if outcome.code == ErrorCode.INTERNAL_ERROR or "Traceback" in outcome.stderr:
            yield "no call meets a defect", outcome.stderr[-800:] or outcome.stdout[:500]
        if outcome.seconds > MAX_SECONDS:
            yield "no call takes long", f"{outcome.seconds:.1f} s"
        written = outcome.stdout + outcome.stderr
        if any(secret in written for secret in SECRETS):
            yield "no secret is quoted", outcome.stdout[:500]
        yield from self._against_contract(outcome)
        if outcome.opened:
            yield from self._changed(outcome)

    def _changed(self, outcome: Outcome) -> Iterator[tuple[str, str]]:
        """Compares the repository; a change by a call that did not open it shows here too."""
        after = fingerprint(self._scene.repo.path)
        if after != self._before:
            self.tally.changed += 1
            if outcome.status != 0 and outcome.code not in _EVENTS:
                differing = set(after) ^ set(self._before)
                yield (
                    "a refusal changes nothing",
                    f"{outcome.code}: {sorted(map(str, differing))[:6]}",
                )
        self._before = after

    def _against_contract(self, outcome: Outcome) -> Iterator[tuple[str, str]]:
        """Checks schema, facts and exit status of each answer that has a new shape."""
        answer = Answer(outcome.status, outcome.envelope, outcome.stderr)
        shape = f"{outcome.status} {_shape(outcome.envelope)}"
        if shape in self._shapes:
            return
        try:
            check_contract(answer.envelope)
            check_exit_status(answer)
        except Exception as error:
            yield "an answer keeps the contract", str(error)[:500]
        else:
            self._shapes.add(shape)

    def _count(self, outcome: Outcome) -> None:
        if not _is_one_line(outcome):
            return
        command, code = outcome.envelope["command"], outcome.code or "success"
        self.tally.by_command[command] += 1
        self.tally.by_code[code] += 1
        self.tally.opened += outcome.opened
        message = outcome.envelope["data"].get("message") or ""
        kind = (command, code, _DETAILS.sub("*", message)[:200])
        if kind not in self._seen:
            self._seen.add(kind)
            self._kept.append(outcome.words)
            self._kept = self._kept[-_KEPT_CALLS:]
        self.tally.kinds = len(self._seen)

    def _find(self, rule: str, words: Words, said: str) -> None:
        known = {(each.rule, each.said[-60:]) for each in self.tally.found}
        if (rule, said[-60:]) not in known:
            self.tally.found.append(Found(rule, words, said))


def _is_one_line(outcome: Outcome) -> bool:
    _, newline, rest = outcome.stdout.partition("\n")
    try:
        return (newline, rest) == ("\n", "") and isinstance(outcome.envelope, dict)
    except ValueError:
        return False


def _shape(value: object) -> str:
    """Returns a value's structure: names and kinds, of the closed words also which."""
    if isinstance(value, dict):
        inner = (f"{name}:{_shape(each)}" for name, each in sorted(value.items()))
        return f"{{{','.join(inner)}}}"
    if isinstance(value, list):
        return f"[{'|'.join(sorted({_shape(each) for each in value}))}]"
    if isinstance(value, str) and value.replace("_", "").isalpha() and value.isupper():
        return value
    return type(value).__name__


def main() -> int:
    given = [int(word) for word in sys.argv[1:3]]
    calls, seed = (*given, *(1_000_000, 1)[len(given) :])
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "gitconfig"
        settings.write_text(GLOBAL_GIT_CONFIG)
        os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=str(settings))
        campaign = Campaign(play_scene(Path(folder)), seed)
        began = time.monotonic()
        tally = campaign.run(calls)
    seconds = time.monotonic() - began
    print(f"{tally.calls:,} calls in {seconds:,.0f} s, seed {seed}; slowest {tally.slowest:.2f} s")
    print(f"opened the repository {tally.opened:,}; changed the state {tally.changed:,}")
    print(f"{tally.kinds:,} kinds of answers")
    for counted in (tally.by_code, tally.by_command):
        print(*(f"  {count:9,} {name}" for name, count in counted.most_common()), sep="\n")
    for found in tally.found:
        print(f"\n{found.rule}\n  {[word[:200] for word in found.words]!r}\n  {found.said}")
    print(f"{len(tally.found)} findings")
    return bool(tally.found)


if __name__ == "__main__":
    sys.exit(main())
