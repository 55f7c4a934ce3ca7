"""Runs on disk: their folders, their logs, and the lock that keeps them apart."""
