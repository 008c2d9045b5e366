"""Forms of votes; they check what was typed and save nothing."""
