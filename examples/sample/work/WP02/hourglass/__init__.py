"""Durations for people."""

from hourglass.writing import format

__all__ = ["format"]
