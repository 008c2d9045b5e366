"""Input of the strategy and of promises; never saves."""
