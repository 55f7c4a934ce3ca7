"""The pure part: what the host said and what was seen go in, what to do next comes out."""
