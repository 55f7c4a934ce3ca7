"""A series of numbers at a glance."""

from glimpse.series import Series

__all__ = ["Series"]
