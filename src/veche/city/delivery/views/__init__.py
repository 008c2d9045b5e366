"""Pages of the strategy and of promises."""
