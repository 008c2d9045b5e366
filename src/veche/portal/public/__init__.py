"""What everybody may hold offices to: the red list, and a score card of each office."""
