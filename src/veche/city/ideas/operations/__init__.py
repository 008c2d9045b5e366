"""Every write of calls, ideas and initiatives."""
