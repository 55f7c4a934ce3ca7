"""A series of numbers at a glance."""

from glimpse.numbers import short

__all__ = ["short"]
