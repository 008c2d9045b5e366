"""Input of calls, ideas and initiatives; never saves."""
