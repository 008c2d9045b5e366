"""Every read of votes that pages and commands need; one file for each noun."""
