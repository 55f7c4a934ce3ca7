"""The repository that a run works in, and the copies that reviewers get of it."""
