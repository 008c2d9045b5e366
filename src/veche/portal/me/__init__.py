"""My page: what the city keeps about me, who looked at it, and what I can do about it."""
