"""Pages of votes; one file for each kind of page."""
