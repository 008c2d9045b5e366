"""Every change of the pulse."""
