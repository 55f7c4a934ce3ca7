from isolation import git_config, isolated
from repository import repo

__all__ = ["git_config", "isolated", "repo"]
