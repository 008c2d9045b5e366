"""Everything that changes a vote; one file for each part of its way."""
