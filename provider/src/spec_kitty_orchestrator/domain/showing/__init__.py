"""What people are shown of a plan, of a run and of what agents printed."""
