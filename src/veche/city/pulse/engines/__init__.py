"""What looks for the unusual: pure reckoning, without a database and without Django."""
