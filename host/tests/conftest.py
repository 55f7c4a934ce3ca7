from isolation import git_config, git_settings, isolated
from repository import repo

__all__ = ["git_config", "git_settings", "isolated", "repo"]
