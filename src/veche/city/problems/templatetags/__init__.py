"""Tags of the pages of problems."""
