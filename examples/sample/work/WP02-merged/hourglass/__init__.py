"""Durations for people."""

from hourglass.reading import parse
from hourglass.writing import format

__all__ = ["format", "parse"]
