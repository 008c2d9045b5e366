"""A database that is read only."""
