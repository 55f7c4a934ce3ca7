"""A series of numbers at a glance."""

__all__: list[str] = []
