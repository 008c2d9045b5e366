"""Calls for ideas, initiatives, talk, facilitation, the opinion map and selection."""
