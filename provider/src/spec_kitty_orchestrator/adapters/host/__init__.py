"""The contract, spoken to the installed host."""
