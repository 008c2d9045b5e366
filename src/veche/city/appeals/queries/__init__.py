"""Reading letters and corrections."""
