"""Tags of the pulse."""
