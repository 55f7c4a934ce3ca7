"""A series of numbers at a glance."""

from glimpse.numbers import short
from glimpse.series import Series

__all__ = ["Series", "short"]
