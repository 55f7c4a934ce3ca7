"""The commands for people; what they need of the world is `office.py`, made in wiring."""
