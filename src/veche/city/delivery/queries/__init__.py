"""What pages and other modules read of the strategy and of promises."""
