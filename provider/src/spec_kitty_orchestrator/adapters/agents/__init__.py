"""One file for each kind of agent, and one table that names them all (`known.py`)."""
