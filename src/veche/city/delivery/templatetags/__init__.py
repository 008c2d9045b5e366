"""Tags of promises and of the strategy."""
