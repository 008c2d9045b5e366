"""Pages of problems, by noun."""
