"""What pages and other modules read of calls, ideas and initiatives."""
