"""Pages of places: the registry of objects."""
