"""Durations for people."""

from hourglass.reading import parse

__all__ = ["parse"]
