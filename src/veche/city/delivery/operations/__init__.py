"""Every write of the strategy and of promises."""
