from deliveries import ready
from people import alice
from project import project
from soundness import sound

__all__ = ["alice", "project", "ready", "sound"]
