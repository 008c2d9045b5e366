"""Letters, questions and thanks to an office, and corrections of the city's own data."""
