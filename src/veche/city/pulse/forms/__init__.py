"""Forms of the pulse."""
