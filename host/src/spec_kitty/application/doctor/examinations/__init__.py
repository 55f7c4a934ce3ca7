"""Owns the examinations: small functions that look at one feature, or at the whole clone."""
