"""veche: one platform for the loop between a city and its people."""

__version__ = "0.1.0"
