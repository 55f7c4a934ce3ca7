"""What a team configures, read and checked as a whole."""
