from project import project

__all__ = ["project"]
