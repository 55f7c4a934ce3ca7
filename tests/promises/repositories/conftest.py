from repositories.places import scratch

__all__ = ["scratch"]
