"""The conversation with Claude Code: what is told to it, and how what it prints is read."""
