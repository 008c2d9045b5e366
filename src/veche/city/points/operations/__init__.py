"""Changing points."""
