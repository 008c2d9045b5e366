"""Points for taking part: earned, spent on rewards, and never a weight in any vote."""
