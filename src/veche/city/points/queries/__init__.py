"""Reading points."""
