"""The ports over real things: processes, files, git, the host's command."""
