"""Pages of calls, ideas and initiatives."""
