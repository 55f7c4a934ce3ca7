"""Doubles for the ports: a host in memory, agents that follow a script, time that only moves on.

Whoever writes a part of a provider can test it with these, without git, agents or waiting.
"""
