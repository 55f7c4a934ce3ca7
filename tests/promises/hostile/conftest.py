from hostile.stages import canary, outside, scene
from people import alice
from project import project

__all__ = ["alice", "canary", "outside", "project", "scene"]
