"""What a run writes down and remembers, and what failures, refusals and ends come to."""
