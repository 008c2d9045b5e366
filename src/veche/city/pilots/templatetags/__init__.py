"""Tags of the pages of pilots."""
