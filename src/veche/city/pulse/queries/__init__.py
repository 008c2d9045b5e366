"""What others and pages read of the pulse."""
