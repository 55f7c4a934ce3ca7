"""Durations for people."""

__all__: list[str] = []
