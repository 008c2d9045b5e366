"""An office often found wanting is looked at as a whole."""
