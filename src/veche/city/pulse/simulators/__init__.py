"""Scenarios of the demo town: what its sensors read when something happens."""
