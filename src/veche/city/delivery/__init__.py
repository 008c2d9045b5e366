"""The city's strategy, its promises, and whether residents accept what was done."""
