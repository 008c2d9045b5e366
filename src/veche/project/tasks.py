"""Timers of the whole program."""
