"""Owns the shapes that configured values can have, and the words that say what is expected."""

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from spec_kitty_orchestrator.domain.agents import Price

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Shape(Generic[T_co]):
    """Says what a value has to be; `fit` returns it, or None for one that is something else."""

    expected: str
    fit: Callable[[object], T_co | None]


def number(low: float, high: float) -> Shape[float]:
    def fit(value: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if low <= value <= high else None

    return Shape(f"a number from {low:g} to {high:g}", fit)


def count(low: int, high: int) -> Shape[int]:
    def fit(value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if low <= value <= high else None

    return Shape(f"a whole number from {low} to {high}", fit)


def choice(words: Iterable[T]) -> Shape[T]:
    allowed = {str(word): word for word in words}

    def fit(value: object) -> T | None:
        return allowed.get(value) if isinstance(value, str) else None

    return Shape(f"one of {', '.join(allowed)}", fit)


def text(most: int) -> Shape[str]:
    def fit(value: object) -> str | None:
        whole = isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= most
        return str(value) if whole else None

    return Shape(f"a text of one line and at most {most} characters", fit)


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(value) if all(each and "\0" not in each for each in value) else None


def _names(value: object) -> tuple[str, ...] | None:
    names = _texts(value)
    return None if names is None or len(set(names)) < len(names) else names


def _words(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError:
            return None
    return _texts(value)


def _command(value: object) -> tuple[str, ...] | None:
    return _words(value) or None


def _variables(value: object) -> tuple[str, ...] | None:
    names = _names(value)
    fits = names is not None and all(re.fullmatch(r"[A-Za-z_]\w*", name, re.A) for name in names)
    return names if fits else None


def _home_files(value: object) -> tuple[str, ...] | None:
    """Returns paths below a home: relative ones that do not lead out of it."""
    paths = _names(value)
    if paths is None:
        return None
    parts = [part for path in paths for part in path.split("/")]
    return None if any(part in ("", ".", "..") for part in parts) else paths


def _switch(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _price(value: object) -> Price | None:
    if not isinstance(value, dict) or set(value) != {"input", "output"}:
        return None
    read = number(0, 100_000).fit
    taken, given = read(value["input"]), read(value["output"])
    return None if taken is None or given is None else Price(taken, given)


NAMES = Shape("a list of names of agents, each once", _names)
WORDS = Shape("a list of words, or a text that is split like a shell would", _words)
COMMAND = Shape("a list of words, or a text that is split like a shell would", _command)
VARIABLES = Shape("a list of names of variables, each once and without their values", _variables)
HOME_FILES = Shape("a list of paths below your home, each once", _home_files)
SWITCH = Shape("true or false", _switch)
PRICE = Shape("{ input = …, output = … } with US dollars for a million tokens", _price)
