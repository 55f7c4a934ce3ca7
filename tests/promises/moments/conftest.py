from moments.stages import stage

__all__ = ["stage"]
