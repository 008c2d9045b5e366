"""The one queue of those who work for the city, over all modules."""
