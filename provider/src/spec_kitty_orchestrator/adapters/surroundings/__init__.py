"""What an agent sees of the machine: its private home, its environment, its git settings."""
