"""Pages of letters and corrections."""
