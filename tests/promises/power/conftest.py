from people import alice
from project import project

__all__ = ["alice", "project"]
