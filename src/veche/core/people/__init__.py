"""Who: accounts, levels of verification, erasure."""
